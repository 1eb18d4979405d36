import type { Segment } from "../../../shared/captions.ts";

/** Captions a page begins with, and the most that it adds at once. */
export const pageCaptions = 100;

/** Of a transcript without a hole. */
export type Stretch = { readonly segments: readonly Segment[]; readonly hasEarlier: boolean };

/** The part of a transcript that a page shows. */
export type Part = {
  /** The caption before the first one shown, where it is known: by it one sees whether the speaker is another. */
  readonly before: Segment | null;
  /** Read before, kept above what is new. */
  readonly read: readonly Segment[];
  readonly fresh: readonly Segment[];
  readonly hasEarlier: boolean;
  /** There are later ones than are shown. */
  readonly hasLater: boolean;
  /** The place from which the reader wanted to go on is not to be found any more. */
  readonly lostPlace: boolean;
};

/** What is after the caption `after`, with what was read before it; without one, the newest. */
export function newPart({ segments, hasEarlier }: Stretch, after: string | null): Part {
  const at = after === null ? -1 : segments.findIndex(({ id }) => id === after);
  const lostPlace = after !== null && at < 0;
  const begin = at < 0 ? Math.max(0, segments.length - pageCaptions) : at + 1;
  const end = begin + pageCaptions;
  const first = at < 0 ? begin : Math.max(0, begin - pageCaptions);
  return {
    before: segments[first - 1] ?? null,
    read: segments.slice(first, begin),
    fresh: segments.slice(begin, end),
    hasEarlier: hasEarlier || first > 0,
    hasLater: end < segments.length,
    lostPlace,
  };
}

export function earlierPart({ segments, hasEarlier }: Stretch): Part {
  return { before: null, read: [], fresh: segments, hasEarlier, hasLater: true, lostPlace: false };
}
