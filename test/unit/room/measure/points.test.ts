import { describe, expect, it } from "vitest";
import { dataPointOf, recorder } from "../../../../party/analytics.ts";
import {
  alertFigures,
  minuteFigures,
  type Point,
  pointFigures,
  sessionFigures,
} from "../../../../party/room/measure/points.ts";
import type { Window } from "../../../../shared/stats.ts";
import { ScriptedWorld } from "../../../support/scripted-room.ts";

const alert: Point = {
  kind: "alert",
  session: "s1",
  about: "no_words",
  figures: alertFigures({ kind: "no_words", since: 1_000, until: 9_000, worst: 25_000, limit: 20_000 }),
};

const window: Window = {
  at: 0,
  lag: { count: 10, p50: 100, p95: 200, max: 250 },
  transitP50: null,
  viewerTransitP50: 20,
  words: 12,
  erasedWords: 1,
  speechMs: 4_000,
  uncaptionedMs: 100,
  viewers: 3,
  failures: 1,
};

describe("a point for Analytics Engine", () => {
  it("stands in the order that is written down", () => {
    expect(dataPointOf("acme/town-hall", alert)).toEqual({
      indexes: ["acme"],
      blobs: ["alert", "acme", "town-hall", "s1", "no_words"],
      doubles: [25_000, 20_000, 8_000],
    });
  });

  it("fits: 20 doubles, an index of 96 bytes", async () => {
    for (const figures of Object.values(pointFigures)) expect(figures.length).toBeLessThanOrEqual(20);
    const room = await new ScriptedWorld().openRoom();
    const figures = sessionFigures(room.stats());
    const point = dataPointOf(`${"t".repeat(63)}/${"r".repeat(63)}`, { ...alert, kind: "session", figures });
    expect(point.indexes[0]).toHaveLength(63);
    expect(point.doubles).toEqual([-1, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("of a minute tells of twelve windows that are over: sums, and the worst of percentiles", () => {
    const bad = { ...window, lag: { count: 5, p50: 150, p95: 900, max: 950 }, viewers: 9 };
    const figures = minuteFigures([bad, ...Array.from({ length: 11 }, () => window)]);
    expect(figures).toEqual({
      viewers: 9,
      interims: 115,
      lagP50: 150,
      lagP95: 900,
      lagMax: 950,
      publisherTransitP50: -1,
      viewerTransitP50: 20,
      words: 144,
      erasedWords: 12,
      speech: 48_000,
      uncaptioned: 1_200,
      failures: 12,
    });
    expect(Object.keys(figures)).toEqual(pointFigures.minute);
  });

  it("is written where a dataset is bound; what cannot be written is no error", () => {
    const written: unknown[] = [];
    recorder({ writeDataPoint: (point) => written.push(point) }, "acme/demo")(alert);
    expect(written).toEqual([dataPointOf("acme/demo", alert)]);
    recorder(undefined, "acme/demo")(alert);
    const full = () => {
      throw new Error("too many points");
    };
    recorder({ writeDataPoint: full }, "acme/demo")(alert);
  });
});
