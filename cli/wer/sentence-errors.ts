import type { Pair } from "./align.ts";
import { normalise } from "./normalise.ts";

export type SentenceErrors = { readonly sentences: number; readonly wrong: number };

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });
/** A mark of these ends no sentence, whatever follows it. */
const abbreviation = /(?:^|\s)(?:mr|mrs|ms|dr|st|prof|vs|e\.g|i\.e)\.\s*$/i;

/** A transcript's sentences, each with a word in it. One without marks at their ends is one sentence. */
export function sentencesOf(transcript: string): string[] {
  const sentences: string[] = [];
  let open = "";
  for (const { segment } of segmenter.segment(transcript)) {
    open += segment;
    if (abbreviation.test(open) || normalise(open).length === 0) continue;
    sentences.push(open.trim());
    open = "";
  }
  if (normalise(open).length > 0) sentences.push(open.trim());
  return sentences;
}

/**
 * How many of a transcript's sentences have an error in them. `pairs` align all of its words with what was shown, so it
 * does not matter where what was shown begins its sentences. A word too many between two sentences is an error of the first.
 */
export function countSentenceErrors(transcript: string, pairs: readonly Pair[]): SentenceErrors {
  const ends: number[] = [];
  for (const sentence of sentencesOf(transcript)) ends.push((ends.at(-1) ?? 0) + normalise(sentence).length);
  const wrong = new Set<number>();
  let current = 0;
  let word = 0;
  for (const pair of pairs) {
    if (pair.kind !== "insertion") {
      // The next sentence begins with its first word, not with the last one's end.
      if (word >= (ends[current] ?? word + 1)) current += 1;
      word += 1;
    }
    if (pair.kind !== "same") wrong.add(current);
  }
  // Words where there should be none are errors of a sentence that there is not.
  return { sentences: ends.length, wrong: Math.min(wrong.size, ends.length) };
}
