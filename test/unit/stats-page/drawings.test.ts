import { describe, expect, it } from "vitest";
import { type Window, windowMs } from "../../../shared/stats.ts";
import { lineOf, pacesOf, plotPlans, type Scene, sceneOf } from "../../../web/stats/drawings.ts";
import { keyFiguresOf } from "../../../web/stats/key-figures.ts";
import { firstAt, statsOf, windowOf } from "./room-stats.ts";

const lag = (p50: number) => ({ count: 9, p50, p95: p50 * 2, max: p50 * 3 });
const sceneAt = (windows: readonly Window[], startedAt = firstAt): Scene => {
  const nowMs = firstAt + windows.length * windowMs;
  return { windows, nowMs, toldAt: nowMs, startedAt, wordsPerMinute: 0 };
};
const drawnAs = (title: string, windows: readonly Window[]) => {
  const plan = plotPlans.find((each) => each.title === title);
  if (plan === undefined) throw new Error(`There is no plot "${title}".`);
  return plan.draw(sceneAt(windows));
};

describe("a line of the last ten minutes", () => {
  it("ends now, at minute 0, and has nothing of the window that is still going on", () => {
    const recent = [0, 1, 2].map((index) => windowOf(index, { viewers: index }));
    const scene = sceneOf(statsOf({ at: firstAt + 2.5 * windowMs, recent }), firstAt + 14 * windowMs);
    expect(lineOf(scene, ({ viewers }) => viewers)).toEqual([
      [-13 / 12, 0],
      [-12 / 12, 1],
      [0, null],
    ]);
  });

  it("goes on over a short pause, and breaks in a long one", () => {
    const valued = [0, 3, 20].map((index) => windowOf(index, { lag: lag(100) }));
    const points = lineOf(
      { ...sceneAt(valued), nowMs: firstAt + 21 * windowMs },
      (window) => window.lag?.p50 ?? null,
    );
    expect(points.map(([, y]) => y)).toEqual([100, 100, null, 100, null]);
  });
});

describe("words a minute", () => {
  it("are those of the minute that ends with a window", () => {
    const windows = Array.from({ length: 30 }, (_, index) => windowOf(index, { words: index < 15 ? 10 : 5 }));
    const paces = [...pacesOf(sceneAt(windows)).values()];
    expect(paces.at(0)).toBe(120);
    expect(paces.at(-1)).toBe(60);
    expect(Math.max(...paces)).toBe(120);
  });

  it("are those of the latest session alone, by its time while it is young", () => {
    const windows = Array.from({ length: 18 }, (_, index) =>
      windowOf(index, { words: index < 12 ? 30 : 10 }),
    );
    const paces = pacesOf(sceneAt(windows, firstAt + 12 * windowMs));
    expect([...paces.values()].at(-1)).toBe(120);
    expect([...paces.keys()].map(({ at }) => (at - firstAt) / windowMs)).toEqual([5, 6, 7, 8, 9, 10, 11, 17]);
  });

  it("end with the figure that the room tells, as it stands at the top of the page", () => {
    const recent = Array.from({ length: 8 }, (_, index) => windowOf(index, { words: 10 }));
    const told = statsOf({ at: firstAt + 40_000, wordsPerMinute: 118, recent });
    const plan = plotPlans.find(({ title }) => title === "Words a minute");
    const { points, words } = plan?.draw(sceneOf(told, told.at)) ?? { points: [], words: "" };
    expect(points[0]?.slice(-2)).toEqual([
      [0, 118],
      [0, null],
    ]);
    expect(words).toBe("Last 118, at most 120.");
    const tile = keyFiguresOf(told).find(({ name }) => name === "Words a minute");
    expect(tile).toMatchObject({ value: "118", note: "In this session's 40 s; up to 200 can be read along" });
  });

  it("are not told of less than half a minute", () => {
    const windows = [0, 1, 2, 3, 4].map((index) => windowOf(index, { words: 50 }));
    expect(pacesOf(sceneAt(windows)).size).toBe(0);
  });
});

describe("a plot in words", () => {
  it("says what is drawn", () => {
    const windows = [
      windowOf(0, { lag: lag(150), speechMs: 4_000, uncaptionedMs: 1_000, viewers: 7, transitP50: 30 }),
      windowOf(1, { lag: lag(250), speechMs: 4_000, uncaptionedMs: 1_000, viewers: 5, failures: 2 }),
    ];
    expect(drawnAs("Captions behind the sound", windows).words).toBe(
      "Last median 250 ms, 95 % within 500 ms. Above 400 ms in 1 of 2 stretches of 5 seconds.",
    );
    expect(drawnAs("On the way", windows).words).toBe(
      "Publisher to room: last 30 ms, at most 30 ms. Room to viewers: not known.",
    );
    expect(drawnAs("Speech without captions", windows).words).toBe(
      "25\u00a0% of 8 seconds of speech have no captions.",
    );
    expect(drawnAs("Viewers", windows).words).toBe("Last 5, at most 7.");
    expect(drawnAs("Speech service: failures", windows).words).toBe("2 failures.");
  });

  it("says so when there is nothing", () => {
    for (const plan of plotPlans) {
      const { points, words } = plan.draw(sceneAt([]));
      expect(words).toMatch(
        /^(Nothing measured yet\.|Nobody has spoken\.|None\.|Publisher to room: not known\. .*)$/,
      );
      expect(points).toHaveLength(plan.series.length);
    }
  });
});
