import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SocketClock } from "../../../party/room/upstream/clock.ts";
import { type HeardWord, onSession, type Speech, within } from "../../../party/room/upstream/heard.ts";

const always = { from: 0, to: Number.POSITIVE_INFINITY };

function word(text: string, from: number, to: number): HeardWord {
  return { text, from, to, confidence: 1 };
}

/** Speech as long as its words. */
function speechOf(words: readonly HeardWord[], from: number, to: number): Speech {
  return { from, to, text: words.map(({ text }) => text).join(" "), words };
}

const textsOf = ({ words }: Speech) => words.map(({ text }) => text);

/** One of the places where it matters: an end, an edge of a word, the middle of one. */
function borderOf({ from, to, words }: Speech, pick: number): number {
  const places = [from, to, ...words.flatMap((heard) => [heard.from, (heard.from + heard.to) / 2, heard.to])];
  return places[pick % places.length] ?? 0;
}

/** Words with and without pauses between them, some without a length, inside of a speech with quiet around it. */
const speech = fc
  .record({
    from: fc.nat(20),
    words: fc.array(fc.record({ pause: fc.nat(3), length: fc.nat(6) }), { maxLength: 8 }),
    tail: fc.nat(2),
  })
  .map(({ from, words, tail }) => {
    let at = from;
    const heard = words.map(({ pause, length }, index) => {
      const begin = at + pause;
      at = begin + length;
      return word(`w${index}`, begin, at);
    });
    return speechOf(heard, from, at + tail);
  });

describe("what was heard within a range", () => {
  it("is each word once, for two recognisers that both hear beyond their common border", () => {
    fc.assert(
      fc.property(speech, fc.nat(), fc.integer({ min: -1, max: 1 }), (heard, pick, beside) => {
        const border = borderOf(heard, pick) + beside;
        const one = within(heard, { from: 0, to: border });
        const other = within(heard, { from: border, to: Number.POSITIVE_INFINITY });
        expect([...textsOf(one), ...textsOf(other)]).toEqual(textsOf(heard));
        expect([one.text, other.text].filter((text) => text !== "").join(" ")).toBe(heard.text);
      }),
      { numRuns: 2_000 },
    );
  });

  it("lies inside of the range, whole words and in order", () => {
    fc.assert(
      fc.property(speech, fc.nat(70), fc.nat(70), (heard, from, length) => {
        const part = within(heard, { from, to: from + length });
        expect(part.from).toBeGreaterThanOrEqual(from);
        expect(part.to).toBeGreaterThanOrEqual(part.from);
        if (heard.from < from + length) expect(part.to).toBeLessThanOrEqual(from + length);
        expect(heard.words.filter((whole) => part.words.includes(whole))).toEqual(part.words);
        expect(part.text).toBe(textsOf(part).join(" "));
      }),
    );
  });

  it("is a word whose middle is the border on its later side", () => {
    const across = speechOf([word("across", 900, 1_100)], 0, 2_000);
    expect(textsOf(within(across, { from: 0, to: 1_000 }))).toEqual([]);
    expect(textsOf(within(across, { from: 1_000, to: 3_000 }))).toEqual(["across"]);
  });

  it("keeps the provider's own text as long as it keeps all words", () => {
    const spaced = {
      ...speechOf([word("New", 100, 200), word("York", 200, 300)], 0, 2_000),
      text: "New-York",
    };
    expect(within(spaced, always)).toEqual(spaced);
    expect(within(spaced, { from: 50, to: 1_000 })).toEqual({ ...spaced, from: 50, to: 1_000 });
    expect(within(spaced, { from: 180, to: 1_000 }).text).toBe("York");
  });

  it("is one side's also where the provider gave no words", () => {
    const wordless: Speech = { from: 200, to: 900, text: "Said.", words: [] };
    const sides = (border: number) => [
      within(wordless, { from: 0, to: border }).text,
      within(wordless, { from: border, to: 2_000 }).text,
    ];
    expect(sides(100)).toEqual(["", "Said."]);
    expect(sides(1_000)).toEqual(["Said.", ""]);
    expect(sides(300)).toEqual(["", "Said."]);
    expect(sides(800)).toEqual(["Said.", ""]);
  });
});

describe("what a socket says", () => {
  it("is put on the session's clock, counted from where the socket began", () => {
    const format = { encoding: "linear16", sampleRate: 1_000, channels: 1 } as const;
    const words = [{ text: "one", startS: 1.2, endS: 1.5, confidence: 0.5, speaker: 2 }];
    const final = { kind: "final", startS: 1, endS: 2, text: "One.", words } as const;
    expect(onSession(final, new SocketClock(7_000), format)).toEqual({
      kind: "final",
      from: 8_000,
      to: 9_000,
      text: "One.",
      words: [{ text: "one", from: 8_200, to: 8_500, confidence: 0.5, speaker: 2 }],
    });
  });
});
