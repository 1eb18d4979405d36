import { describe, expect, it } from "vitest";
import { measure } from "../../../cli/wer/latency.ts";
import type { Shown } from "../../../cli/wer/viewing.ts";
import type { Segment } from "../../../client/index.ts";

/** Sound at position P was sent at P. */
const timeline = { sentMs: 10_000, sentAt: (ms: number) => ms };

function segment(id: string, start: number, text: string): Segment {
  const words = text.split(" ").map((word, index) => ({
    text: word,
    start: start + index * 500,
    end: start + index * 500 + 400,
  }));
  return {
    id,
    session: "s",
    start,
    end: words.at(-1)?.end ?? start,
    text,
    words,
    at: 1,
    version: 1,
    kind: "speech",
  };
}

function interim(atMs: number, text: string, finals: readonly Segment[] = []): Shown {
  return { atMs, finals, interim: { start: finals.at(-1)?.end ?? 0, end: atMs, text } };
}

describe("measure", () => {
  const one = segment("1", 0, "The cat sat.");
  const two = segment("2", 2_000, "The dog ran.");

  it("counts a word from the first frame that showed it at its place", () => {
    const result = measure({
      segments: [one],
      timeline,
      shown: [
        interim(500, "the"),
        interim(1_000, "the cap"),
        interim(1_500, "The cat"),
        { atMs: 2_000, finals: [one], interim: null },
      ],
    });
    expect(result.fromWordEnd).toEqual([500 - 400, 1_500 - 900, 2_000 - 1_400]);
    expect(result.fromWordStart).toEqual([500, 1_500 - 500, 2_000 - 1_000]);
    expect(result.toFinal).toEqual([600]);
    expect(result.erasure).toEqual({ afterFirstChange: 1, inPlace: 1, toTheLetter: 2 });
  });

  it("tells what a page makes of it: how much is erased there and how much later words come", () => {
    const { fast, steady } = measure({
      segments: [one],
      timeline,
      shown: [
        interim(500, "the cap"),
        interim(600, "the cat"),
        interim(700, "the"),
        interim(800, "the cat"),
        { atMs: 2_000, finals: [one], interim: null },
      ],
    });
    expect(fast.erasure).toEqual({ afterFirstChange: 0, inPlace: 0, toTheLetter: 2 });
    expect(fast.addedDelay).toEqual([250, 800 + 250 - 600, 0]);
    expect(steady.erasure).toEqual({ afterFirstChange: 0, inPlace: 0, toTheLetter: 0 });
    expect(steady.addedDelay).toEqual([1_500, 1_400, 0]);
  });

  it("does not wait for an earlier word to be right", () => {
    const { fromWordEnd } = measure({
      segments: [one],
      timeline,
      shown: [interim(1_000, "a cat sat"), { atMs: 3_000, finals: [one], interim: null }],
    });
    expect(fromWordEnd).toEqual([3_000 - 400, 1_000 - 900, 1_000 - 1_400]);
  });

  it("places an interim after the words that are final already", () => {
    const { fromWordEnd, erasure } = measure({
      segments: [one, two],
      timeline,
      shown: [
        { atMs: 2_000, finals: [one], interim: null },
        interim(2_600, "The", [one]),
        { atMs: 4_000, finals: [one, two], interim: null },
      ],
    });
    expect(fromWordEnd).toEqual([1_600, 1_100, 600, 200, 4_000 - 2_900, 4_000 - 3_400]);
    expect(erasure).toEqual({ afterFirstChange: 0, inPlace: 0, toTheLetter: 0 });
  });

  it("says how many words it could not time", () => {
    const { words: _, ...untimed } = one;
    const result = measure({ segments: [untimed], timeline, shown: [] });
    expect(result.wordsWithoutTimes).toBe(3);
    expect(result.fromWordEnd).toEqual([]);
  });
});
