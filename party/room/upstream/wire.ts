import * as v from "valibot";
import type { ProviderEvent, ProviderWord } from "./events.ts";

/** The parts of provider messages that live and batch recognition share. */

/** The range, text and words of an interim or a final. */
export type Said = Omit<Extract<ProviderEvent, { kind: "final" }>, "kind">;

/** No stream is this long: a later moment is no moment of it. */
const streamMaxS = 7 * 24 * 3600;
export const Seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(streamMaxS));

/** The times decide whether a word can be read. For a flaw in what is said of it besides, no word is given up. */
export const WordSchema = v.object({
  word: v.string(),
  punctuated_word: v.fallback(v.optional(v.string()), undefined),
  start: Seconds,
  end: Seconds,
  confidence: v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1)), 0),
  speaker: v.fallback(v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))), undefined),
});

export function wordOf(word: v.InferOutput<typeof WordSchema>): ProviderWord {
  return {
    text: word.punctuated_word ?? word.word,
    startS: word.start,
    endS: Math.max(word.start, word.end),
    confidence: word.confidence,
    ...(word.speaker === undefined ? {} : { speaker: word.speaker }),
  };
}

export function textOf(words: readonly ProviderWord[]): string {
  return words.map((word) => word.text).join(" ");
}

/** `undefined`, which no JSON means, for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
