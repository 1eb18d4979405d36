import fc from "fast-check";
import { expect, it } from "vitest";
import { onTimeline } from "../../../../shared/export/timeline.ts";
import { anySegments, said, sessionAt } from "./transcripts.ts";

const times = (segments: Parameters<typeof onTimeline>[0]) =>
  onTimeline(segments).map(({ start, end }) => [start, end]);

it("lays sessions where they began on the wall clock", () => {
  const word = { text: "Back.", start: 500, end: 900 };
  const placed = onTimeline([
    said(500, 900, "Back.", { session: sessionAt(60_000), words: [word] }),
    said(1_000, 2_000, "Hello."),
  ]);
  expect(placed.map(({ start, end, text }) => [start, end, text])).toEqual([
    [1_000, 2_000, "Hello."],
    [60_500, 60_900, "Back."],
  ]);
  expect(placed[1]?.words).toEqual([{ text: "Back.", start: 60_500, end: 60_900 }]);
});

it("begins no session before the end of the one before", () => {
  expect(times([said(0, 9_000, "a"), said(100, 200, "b", { session: sessionAt(4_000) })])).toEqual([
    [0, 9_000],
    [9_100, 9_200],
  ]);
});

it("lets a session whose id tells no time follow at once", () => {
  expect(times([said(0, 1_000, "a"), said(0, 500, "b", { session: "x" })])).toEqual([
    [0, 1_000],
    [1_000, 1_500],
  ]);
});

it("keeps any sessions apart and in order", () => {
  fc.assert(
    fc.property(anySegments, (segments) => {
      const placed = onTimeline(segments);
      expect(placed).toHaveLength(segments.length);
      let reached = 0;
      let session = "";
      let floor = 0;
      for (const segment of placed) {
        if (segment.session !== session) floor = reached;
        session = segment.session;
        expect(segment.start).toBeGreaterThanOrEqual(floor);
        expect(segment.end).toBeGreaterThanOrEqual(segment.start);
        reached = Math.max(reached, segment.end);
      }
    }),
  );
});
