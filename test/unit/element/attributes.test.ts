import { expect, it } from "vitest";
import { clearAfterMsOf, linesOf, positionOf, speakerName } from "../../../client/element/attributes.ts";

it.each([
  ["2", "2"],
  ["all", "all"],
  ["29", "29"],
  ["0", "3"],
  ["x", "3"],
  ["", "3"],
  [null, "3"],
  [undefined, "3"],
])("lines=%j is %s", (written, lines) => {
  expect(linesOf(written)).toBe(lines);
});

it.each([
  ["0", 0],
  ["1.5", 1_500],
  ["never", Number.POSITIVE_INFINITY],
  ["", 60_000],
  ["soon", 60_000],
  ["-1", 60_000],
  [null, 60_000],
])("clear-after=%j is %d ms", (written, ms) => {
  expect(clearAfterMsOf(written)).toBe(ms);
});

it("speakers have the names that there are, and numbers", () => {
  expect([0, 1, 2].map((speaker) => speakerName(" Ann, ,", speaker))).toEqual([
    "Ann",
    "Speaker 2",
    "Speaker 3",
  ]);
  expect(speakerName(null, 0)).toBe("Speaker 1");
});

it("a position that is none is the bottom", () => {
  expect(["top", "middle", "left", null].map(positionOf)).toEqual(["top", "middle", "bottom", "bottom"]);
});
