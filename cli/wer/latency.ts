import type { DisplayMode } from "../../client/display/display.ts";
import { align } from "./align.ts";
import { displayedFrames } from "./displayed.ts";
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
  /** Words that came and were then taken back or changed, over the whole recording. */
  readonly erasure: Erasure;
  /** The same words as a page shows them. */
  readonly fast: Reading;
  readonly steady: Reading;
  /** Final words that carry no time and so have no latency. */
  readonly wordsWithoutTimes: number;
};

/** What a page makes of the words that come. */
export type Reading = {
  readonly erasure: Erasure;
  /** From a word's first appearance among what came to its being shown and kept; milliseconds, one a word. */
  readonly addedDelay: readonly number[];
};

/** `npm run wer -- --help` tells how these are defined; keep the two together. */
export function measure(viewing: Viewing): Latencies {
  const { segments, shown, timeline } = viewing;
  const words = segments.flatMap(
    (segment): FinalWord[] =>
      segment.words?.flatMap(({ text, start, end }) =>
        normalise(text).map((part) => ({ text: part, startMs: start, endMs: end, segment: segment.id })),
      ) ?? [],
  );
  const { first: firstShown } = appearances(words, shown);
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
  const read = (mode: DisplayMode): Reading => {
    const displayed = displayedFrames(viewing, mode);
    const { kept } = appearances(words, displayed);
    const addedDelay = kept.flatMap((atMs, index) => {
      const came = firstShown[index];
      return atMs === undefined || came === undefined ? [] : [atMs - came];
    });
    return { erasure: measureErasure(displayed), addedDelay };
  };
  const spoken = segments.reduce((sum, segment) => sum + normalise(segment.text).length, 0);
  return {
    fromWordEnd: since((word) => word.endMs),
    fromWordStart: since((word) => word.startMs),
    toFinal,
    erasure: measureErasure(shown),
    fast: read("fast"),
    steady: read("steady"),
    wordsWithoutTimes: Math.max(0, spoken - words.length),
  };
}

type Times = readonly (number | undefined)[];

/** For each final word the time of the first frame that showed it at its place, and of the first that all later ones agree with. */
function appearances(words: readonly FinalWord[], shown: readonly Shown[]): { first: Times; kept: Times } {
  const first: (number | undefined)[] = words.map(() => undefined);
  let kept = first;
  for (const frame of shown) {
    const visible = visibleIn(words, frame);
    for (const index of visible) first[index] ??= frame.atMs;
    kept = words.map((_, index) => (visible.has(index) ? (kept[index] ?? frame.atMs) : undefined));
  }
  return { first, kept };
}

/** Which words stand at their place: in a final, or in an interim aligned with the text after the words that are final. */
function visibleIn(words: readonly FinalWord[], { finals, interim }: Shown): ReadonlySet<number> {
  const settled = new Set(finals.map(({ id }) => id));
  const visible = new Set<number>();
  let place = 0;
  for (const [index, word] of words.entries()) {
    if (!settled.has(word.segment)) continue;
    visible.add(index);
    place = index + 1;
  }
  if (interim === null) return visible;
  const saying = normalise(interim.text);
  const ahead = words.slice(place, place + 2 * saying.length + 10).map(({ text }) => text);
  for (const pair of align(ahead, saying, { openEnd: true })) {
    if (pair.kind === "same") visible.add(place);
    if (pair.kind !== "insertion") place++;
  }
  return visible;
}
