import { align } from "./align.ts";
import { type Erasure, measureErasure } from "./erasure.ts";
import { normalise } from "./normalise.ts";
import type { Shown, Viewing } from "./viewing.ts";

/** A word of the final text, with the time of its sound. */
type FinalWord = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly segment: string;
};

export type Latencies = {
  /** From the end of a word's sound having been sent to the word's first appearance; milliseconds, one a word. */
  readonly fromWordEnd: readonly number[];
  /** The same from the start of its sound: nobody can show a word before it has begun. */
  readonly fromWordStart: readonly number[];
  /** From the end of a segment's sound having been sent to the segment being shown as final. */
  readonly toFinal: readonly number[];
  /** Words that were shown and then taken back or changed, over the whole recording. */
  readonly erasure: Erasure;
  /** Final words that carry no time and so have no latency. */
  readonly wordsWithoutTimes: number;
};

/** `npm run wer -- --help` tells how these are defined; keep the two together. */
export function measure({ segments, shown, timeline }: Viewing): Latencies {
  const words = segments.flatMap(
    (segment): FinalWord[] =>
      segment.words?.flatMap(({ text, start, end }) =>
        normalise(text).map((part) => ({ text: part, startMs: start, endMs: end, segment: segment.id })),
      ) ?? [],
  );
  const firstShown = firstAppearances(words, shown);
  const since = (pick: (word: FinalWord) => number): number[] =>
    words.flatMap((word, index) => {
      const seen = firstShown[index];
      const sent = timeline.sentAt(pick(word));
      return seen === undefined || sent === null ? [] : [seen - sent];
    });
  const toFinal = segments.flatMap((segment) => {
    const seen = shown.find(({ finals }) => finals.some(({ id }) => id === segment.id));
    const sent = timeline.sentAt(segment.words?.at(-1)?.end ?? segment.end);
    return seen === undefined || sent === null ? [] : [seen.atMs - sent];
  });
  const spoken = segments.reduce((sum, segment) => sum + normalise(segment.text).length, 0);
  return {
    fromWordEnd: since((word) => word.endMs),
    fromWordStart: since((word) => word.startMs),
    toFinal,
    erasure: measureErasure(shown),
    wordsWithoutTimes: Math.max(0, spoken - words.length),
  };
}

/** For each final word the time of the first frame that showed it at its place. */
function firstAppearances(words: readonly FinalWord[], shown: readonly Shown[]): (number | undefined)[] {
  const first: (number | undefined)[] = words.map(() => undefined);
  for (const { atMs, finals, interim } of shown) {
    const settled = new Set(finals.map(({ id }) => id));
    let next = 0;
    for (const [index, word] of words.entries()) {
      if (!settled.has(word.segment)) continue;
      first[index] ??= atMs;
      next = index + 1;
    }
    if (interim === null) continue;
    const saying = normalise(interim.text);
    const ahead = words.slice(next, next + 2 * saying.length + 10).map(({ text }) => text);
    let place = next;
    for (const pair of align(ahead, saying, { openEnd: true })) {
      if (pair.kind === "same") first[place] ??= atMs;
      if (pair.kind !== "insertion") place++;
    }
  }
  return first;
}
