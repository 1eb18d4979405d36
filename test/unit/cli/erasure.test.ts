import { describe, expect, it } from "vitest";
import { measureErasure } from "../../../cli/wer/erasure.ts";

const frames = (...texts: string[]) => texts.map((text, atMs) => ({ atMs, finals: [], interim: { text } }));

describe("measureErasure", () => {
  it.each([
    ["words that are only added", ["the", "the cat", "The cat, sat."], 0, 0, 2],
    ["a last word that was wrong", ["the cap", "the cat sat"], 1, 1, 1],
    ["a word in the middle that was wrong", ["the cap sat on the mat", "the cat sat on the mat"], 5, 1, 5],
    ["a word put in in the middle", ["the cat on the mat", "the cat sat on the mat"], 3, 0, 3],
    ["a word taken away in the middle", ["the cat cat sat", "the cat sat"], 2, 1, 2],
    ["everything taken back", ["the cat", ""], 2, 2, 2],
    ["a word that comes, goes and comes again", ["the cat", "the", "the cat", "the"], 2, 2, 2],
  ])("counts %s", (_, texts, afterFirstChange, inPlace, toTheLetter) => {
    expect(measureErasure(frames(...texts))).toEqual({ afterFirstChange, inPlace, toTheLetter });
  });

  it("takes finals and the interim for one text", () => {
    const final = { id: "1", text: "The cat sat.", end: 1_000 };
    const shown = [
      { atMs: 0, finals: [], interim: { text: "the cat sat" } },
      { atMs: 1, finals: [final], interim: { text: "on" } },
      { atMs: 2, finals: [final], interim: null },
    ];
    expect(measureErasure(shown)).toEqual({ afterFirstChange: 1, inPlace: 1, toTheLetter: 4 });
  });
});
