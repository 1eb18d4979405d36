import { describe, expect, it } from "vitest";
import type { Captions, Segment } from "../../../client/index.ts";
import { noCaptions } from "../../../client/transcript.ts";
import { createLatencyWatch, type Lag, latencyInWords, windowMs } from "../../../web/studio/latency.ts";
import { segment } from "../client/frames.ts";

const ours = "s1";

function captions(interimEnd: number | null, segments: readonly Segment[] = []): Captions {
  return {
    ...noCaptions,
    session: { id: ours, startedAt: 0 },
    segments,
    interim: interimEnd === null ? null : { start: 0, end: interimEnd, text: `until ${interimEnd}` },
  };
}

const final = (id: string, end: number, extra: Partial<Segment> = {}) =>
  segment(id, 0, { session: ours, end, ...extra });
const kinds = (lags: readonly Lag[]) => lags.map(({ kind, ms }) => [kind, ms]);

describe("latency", () => {
  it("is the audio published so far less what an interim covers, once for each interim", () => {
    const watch = createLatencyWatch();
    watch.heard(captions(800), ours, 1_000, 10);
    watch.heard(captions(800), ours, 1_100, 20);
    watch.heard(captions(1_300), ours, 1_700, 30);
    watch.heard(captions(null), ours, 1_800, 40);
    expect(kinds(watch.lags(50))).toEqual([
      ["interim", 200],
      ["interim", 400],
    ]);
  });

  it("measures each final once, and none that an operator wrote, nor gaps", () => {
    const watch = createLatencyWatch();
    const segments = [
      final("a", 1_000),
      final("gap", 2_000, { kind: "gap", text: "" }),
      final("written", 2_000, { edited: true }),
    ];
    watch.heard(captions(null, segments), ours, 3_000, 10);
    watch.heard(captions(null, [...segments, final("b", 3_500)]), ours, 4_000, 20);
    expect(kinds(watch.lags(30))).toEqual([
      ["final", 2_000],
      ["final", 500],
    ]);
  });

  it("does not look through the finals again with each interim", () => {
    const watch = createLatencyWatch();
    let looks = 0;
    const counted: Segment = {
      ...final("a", 1_000),
      get session() {
        looks += 1;
        return ours;
      },
    };
    const segments = [counted];
    watch.heard(captions(500, segments), ours, 2_000, 10);
    const looksAtFirst = looks;
    for (const end of [600, 700, 800]) watch.heard(captions(end, segments), ours, 2_000, 20);
    expect(looks).toBe(looksAtFirst);
    // And forgets those that are not kept.
    watch.heard(captions(null, [final("b", 3_000)]), ours, 3_200, 30);
    expect(kinds(watch.lags(40)).filter(([kind]) => kind === "final")).toEqual([
      ["final", 1_000],
      ["final", 200],
    ]);
  });

  it("knows nothing of other sessions, whose clocks are others", () => {
    const watch = createLatencyWatch();
    const older = final("older", 1_000, { session: "s0" });
    watch.heard({ ...captions(500, [older]), session: { id: "s0", startedAt: 0 } }, ours, 1_000, 10);
    watch.heard(captions(null, [older]), ours, 2_000, 20);
    expect(watch.lags(30)).toEqual([]);
  });

  it("forgets what is older than its window", () => {
    const watch = createLatencyWatch();
    watch.heard(captions(100), ours, 200, 0);
    watch.heard(captions(300), ours, 500, 1_000);
    expect(kinds(watch.lags(windowMs + 1))).toEqual([["interim", 200]]);
  });

  it("is told in words: median and 95th percentile", () => {
    const lags = Array.from(
      { length: 100 },
      (_, n): Lag => ({ kind: "interim", atMs: n, ms: (100 - n) * 100 }),
    );
    const said = latencyInWords(lags);
    expect(said).toContain("5.0 s");
    expect(said).toContain("9.5 s");
    expect(latencyInWords([])).toBe("Nothing measured yet.");
  });
});
