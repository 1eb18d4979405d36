import fc from "fast-check";
import { expect, it } from "vitest";
import { timed } from "../../../../shared/export/piece-times.ts";
import { piecesOf } from "../../../../shared/export/pieces.ts";
import { plain } from "../../../../shared/export/plain.ts";
import { onTimeline } from "../../../../shared/export/timeline.ts";
import { anySegments, said } from "./transcripts.ts";

const timesOf = (segment: ReturnType<typeof said>) =>
  timed(segment, piecesOf(plain(segment.text), 39)).map(({ text, start, end }) => [text, start, end]);

it("finds words again that are written otherwise than they were heard", () => {
  const words = [
    { text: "well", start: 100, end: 300 },
    { text: "known", start: 300, end: 500 },
    { text: "isn't", start: 600, end: 900 },
  ];
  expect(timesOf(said(100, 900, "Well-known – isn’t?", { words }))).toEqual([
    ["Well-known", 100, 500],
    ["–", 500, 500],
    ["isn’t?", 600, 900],
  ]);
});

it("shares the time of a word that makes several pieces out among them", () => {
  const words = [{ text: "今日は天気", start: 0, end: 1_000 }];
  expect(timesOf(said(0, 1_000, "今日は天気", { words }))).toEqual([
    ["今日", 0, 400],
    ["は", 400, 600],
    ["天気", 600, 1_000],
  ]);
});

it("never leaves the segment nor runs backwards, whatever its words say", () => {
  const wild = fc.integer({ min: 0, max: 9_000 });
  const words = fc.array(fc.record({ text: fc.constantFrom("a", "b", "–"), start: wild, end: wild }), {
    maxLength: 6,
  });
  const spelled = fc
    .tuple(words, wild, wild)
    .map(([list, start, end]) => said(start, end, list.map(({ text }) => text).join(" "), { words: list }));
  fc.assert(
    fc.property(
      fc.oneof(
        spelled.map((segment) => [segment]),
        anySegments,
      ),
      (segments) => {
        for (const segment of onTimeline(segments)) {
          let reached = segment.start;
          for (const { start, end } of timed(segment, piecesOf(plain(segment.text), 39))) {
            expect(start).toBeGreaterThanOrEqual(reached);
            expect(end).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(segment.end);
            reached = end;
          }
        }
      },
    ),
  );
});
