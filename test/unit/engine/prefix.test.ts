import { describe, expect, it } from "vitest";
import { chooseCut } from "../../../engine/listen/cut.ts";
import { headBefore, joinBehind, seamBehind, tokensAfter } from "../../../engine/listen/prefix.ts";
import type { Hypothesis } from "../../../engine/recognise/words.ts";

const word = (text: string, start: number, end: number) => ({ text, start, end, confidence: 1 });

const whole: Hypothesis = {
  text: "one two three",
  words: [word("one", 0, 90), word("two", 100, 190), word("three", 200, 290)],
  tokens: [11, 12, 13, 14],
  tokenStarts: [0, 100, 200, 250],
};

describe("prefix of a long utterance", () => {
  it("splits between two words and joins to the same again", () => {
    const head = headBefore(whole, 195);
    expect(head).toMatchObject({ text: "one two", tokens: [11, 12] });
    expect(tokensAfter(whole, 195)).toEqual([13, 14]);
    const tail = { text: "three", words: [word("three", 5, 95)], tokens: [13, 14], tokenStarts: [5, 55] };
    expect(joinBehind(head, tail, 195, seamBehind(whole, 195))).toEqual(whole);
  });

  describe("at the seam", () => {
    const longer: Hypothesis = {
      ...whole,
      text: "one two three four five",
      words: [...whole.words, word("four", 300, 390), word("five", 400, 490)],
    };
    const joined = (...texts: string[]) => {
      const words = texts.map((text, index) => word(text, index * 100, index * 100 + 90));
      const tail = { text: "", words, tokens: [], tokenStarts: [] };
      return joinBehind(headBefore(longer, 195), tail, 195, seamBehind(longer, 195));
    };

    it("leaves out what the cut left of the word in front of it", () => {
      expect(joined("two", "three", "four").text).toBe("one two three four");
      expect(joined("to", "A", "three", "four").text).toBe("one two three four");
    });

    it("begins no sentence where none began", () => {
      expect(joined("Three", "four").text).toBe("one two three four");
    });

    it("keeps a word of which the cut took the beginning", () => {
      expect(joined("Tree", "four", "five").text).toBe("one two three four five");
      expect(joined("four", "five").text).toBe("one two three four five");
    });

    it("takes what was not heard there before as it is", () => {
      expect(joined("Tree", "for").text).toBe("one two Tree for");
      expect(joined("a", "b", "c", "three").text).toBe("one two a b c three");
      expect(joined().text).toBe("one two");
    });

    it("keeps the words in the order of their times", () => {
      for (const { words } of [joined("four", "five"), joined("Tree", "four"), joined("two", "three")]) {
        const times = words.flatMap(({ start, end }) => [start, end]);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }
    });
  });
});

describe("cut", () => {
  const SECOND = 16_000;
  /** Speech-like noise with two short gaps, the deeper one inside a word. */
  const copyAudio = (from: number, to: number) =>
    Float32Array.from({ length: to - from }, (_, n) => {
      const at = (from + n) / SECOND;
      if (at > 1 && at < 1.08) return 0.01 * Math.sin(n);
      if (at > 2 && at < 2.08) return 0.001 * Math.sin(n);
      return 0.3 * Math.sin(n);
    });

  it("takes the quietest moment between two words, not a quieter one inside a word", () => {
    const words = [word("a", 0, 0.9), word("b", 1.05, 2.5), word("c", 2.6, 3)].map((w) => ({
      ...w,
      start: w.start * SECOND,
      end: w.end * SECOND,
    }));
    const heard = { from: 0, hypothesis: { text: "", words, tokens: [], tokenStarts: [] } };
    const cut = chooseCut({ from: 0.5 * SECOND, to: 2.8 * SECOND }, heard, copyAudio) / SECOND;
    expect(cut).toBeGreaterThan(1);
    expect(cut).toBeLessThan(1.08);
  });

  it("takes the quietest moment of all when no word is known", () => {
    const cut = chooseCut({ from: 0.5 * SECOND, to: 2.8 * SECOND }, null, copyAudio) / SECOND;
    expect(cut).toBeGreaterThan(2);
    expect(cut).toBeLessThan(2.08);
  });
});
