import { describe, expect, it } from "vitest";
import { normalise } from "../../../cli/wer/normalise.ts";

describe("normalise", () => {
  it.each([
    ["And so, my fellow Americans: ask not!", "and so my fellow americans ask not"],
    ["Mr. Quilter and Mrs. Jones saw Dr. Who", "mister quilter and missus jones saw doctor who"],
    ["ill-disposed, cold‑hearted — and/or", "ill disposed cold hearted and or"],
    ["Don’t 'quote' me, y'all", "don't quote me y'all"],
    ["7 of 21 in 350 days", "seven of twenty one in three hundred fifty days"],
    [
      "1,500 people in 1984, 2001 and 1900",
      "fifteen hundred people in nineteen eighty four two thousand one and nineteen hundred",
    ],
    ["50% off & more, ok?", "fifty percent off and more okay"],
    ["Ça va à l’école", "ça va à l'école"],
    ["  … — ", ""],
  ])("%s", (text, words) => {
    expect(normalise(text).join(" ")).toBe(words);
  });
});
