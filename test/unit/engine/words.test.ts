import { describe, expect, it } from "vitest";
import { plainWord } from "../../../engine/listen/messages.ts";
import { openEnded, steadyPart } from "../../../engine/listen/steady.ts";
import { firstFrames } from "../../../engine/recognise/align.ts";
import type { Step } from "../../../engine/recognise/speculate.ts";
import { type Hypothesis, readHypothesis } from "../../../engine/recognise/words.ts";

const SECOND = 16_000;
const FRAME = 384;
const frames = Math.ceil((3 * SECOND) / FRAME);

/** A token that listens around `second`. */
function step(next: number, second: number, probability = 0.9): Step {
  const attention = new Float32Array(frames).fill(0.001);
  const centre = Math.round((second * SECOND) / FRAME);
  for (const offset of [-1, 0, 1]) attention[centre + offset] = 0.3;
  return { next, probability, attention };
}

/** A tone in each of the given stretches of three seconds, and faint noise between. */
function audioWith(...sounds: [from: number, to: number][]): Float32Array {
  return Float32Array.from({ length: 3 * SECOND }, (_, n) => {
    const loud = sounds.some(([from, to]) => n >= from * SECOND && n < to * SECOND);
    return (loud ? 0.3 : 0.001) * Math.sin(n / 5);
  });
}

const vocabulary = [" The", " apos", "tle", ",", " spoke", ".", " and", " then", " went"];
const textOf = (ids: readonly number[]) => ids.map((id) => vocabulary[id] ?? "").join("");

describe("alignment", () => {
  it("finds where each token begins to listen, and never goes back", () => {
    const rows = [step(0, 0.5), step(1, 1), step(2, 0.9), step(3, 2)].map(({ attention }) => attention);
    const first = firstFrames(rows);
    expect(first[0]).toBe(0);
    expect((first[3] ?? 0) * FRAME).toBeGreaterThan(1.8 * SECOND);
    expect((first[3] ?? 0) * FRAME).toBeLessThan(2.1 * SECOND);
    for (const [index, frame] of first.entries()) expect(frame).toBeGreaterThanOrEqual(first[index - 1] ?? 0);
  });

  it("answers for no tokens and for no audio", () => {
    expect(firstFrames([])).toEqual([]);
    expect(firstFrames([new Float32Array(0)])).toEqual([0]);
  });
});

describe("words", () => {
  it("joins tokens and marks to words, and gives each the time of its sound", () => {
    const steps = [step(0, 0.5), step(1, 0.9), step(2, 1.1), step(3, 1.4), step(4, 2.1), step(5, 2.5)];
    const audio = audioWith([0.5, 0.8], [0.9, 1.4], [2.1, 2.5]);
    const { text, words } = readHypothesis(steps, audio, textOf);
    expect(text).toBe("The apostle, spoke.");
    const seconds = words.map(({ start, end }) => [start / SECOND, end / SECOND]);
    const expected = [
      [0.5, 0.8],
      [0.9, 1.4],
      [2.1, 2.5],
    ];
    for (const [index, times] of seconds.entries()) {
      for (const side of [0, 1])
        expect(Math.abs((times[side] ?? 0) - (expected[index]?.[side] ?? 0))).toBeLessThan(0.15);
    }
  });

  it("keeps times in order and inside the audio when attention is all over the place", () => {
    const steps = [step(0, 2.5), step(4, 0.1), step(6, 2.9), step(7, 0.2), step(8, 1)];
    const { words } = readHypothesis(steps, audioWith([0, 3]), textOf);
    expect(words).toHaveLength(5);
    let before = 0;
    for (const { start, end } of words) {
      expect(start).toBeGreaterThanOrEqual(before);
      expect(end).toBeGreaterThanOrEqual(start);
      before = end;
    }
    expect(before).toBeLessThanOrEqual(3 * SECOND);
  });

  it("does not let a comma make a sure word unsure", () => {
    const { words } = readHypothesis([step(0, 0.5, 0.95), step(3, 1, 0.1)], audioWith([0.5, 1]), textOf);
    expect(words[0]?.confidence).toBeCloseTo(0.95);
  });

  it("leaves out what the decoder made up after the sound had ended", () => {
    const invented = [6, 7, 8].map((token) => step(token, 2.97, 0.15));
    const { text, tokens } = readHypothesis(
      [step(0, 0.5), step(4, 1.2), ...invented],
      audioWith([0.5, 1.6]),
      textOf,
    );
    expect(text).toBe("The spoke");
    expect(tokens).toEqual([0, 4]);
  });

  it("keeps unsure words that have sound of their own", () => {
    const steps = [step(0, 0.5), step(6, 1.2, 0.15), step(8, 2, 0.15)];
    expect(readHypothesis(steps, audioWith([0.5, 2.6]), textOf).text).toBe("The and went");
  });
});

describe("plain words", () => {
  it.each([
    ["Americans,", "americans"],
    ["“Don't!”", "don't"],
    ["cold-hearted", "cold-hearted"],
    ["$5.50,", "$5.50"],
    ["Mr.", "mr"],
    ["50%.", "50%"],
  ])("%s is %s", (written, plain) => {
    expect(plainWord(written)).toBe(plain);
  });
});

describe("steady part of an interim", () => {
  const hypothesis = (...words: [text: string, end: number, confidence: number][]): Hypothesis => ({
    text: words.map(([text]) => text).join(" "),
    words: words.map(([text, end, confidence]) => ({ text, start: end - 0.2 * SECOND, end, confidence })),
    tokens: [],
    tokenStarts: [],
  });
  const heard = SECOND;

  it("shows words heard twice, whatever their marks and capitals", () => {
    const before = hypothesis(["And", 0.3 * SECOND, 0.5], ["so.", 0.6 * SECOND, 0.5]);
    const now = hypothesis(
      ["and", 0.3 * SECOND, 0.5],
      ["so,", 0.6 * SECOND, 0.5],
      ["my", 0.98 * SECOND, 0.5],
    );
    expect(steadyPart(now, before, heard).text).toBe("and so,");
  });

  it("leaves out the mark that the model puts where the audio happens to stop", () => {
    const now = hypothesis(
      ["Tomorrow,", 0.4 * SECOND, 0.9],
      ["will", 0.6 * SECOND, 0.9],
      ["be.", 0.8 * SECOND, 0.9],
    );
    expect(openEnded(now).text).toBe("Tomorrow, will be");
    expect(openEnded(now).words.at(-1)?.text).toBe("be");
    expect(openEnded(hypothesis())).toEqual(hypothesis());
  });

  it("shows a sure word at once when it ended a while ago", () => {
    const now = hypothesis(["And", 0.5 * SECOND, 0.97], ["so", 0.95 * SECOND, 0.97]);
    expect(steadyPart(now, null, heard).text).toBe("And");
  });
});
