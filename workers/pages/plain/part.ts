import type { Segment } from "../../../shared/captions.ts";
import { type Place, partedAt, type Stretch } from "../../../shared/place.ts";

/** Captions a page begins with, and the most that it adds at once. */
export const pageCaptions = 100;

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
};

/**
 * What is after a place, with what was read before it; without one, the newest.
 *
 * @param readMax how much of what was read at most
 */
export function newPart(
  { segments, hasEarlier }: Stretch,
  place: Place | null,
  readMax: number = pageCaptions,
): Part {
  const newest = Math.max(0, segments.length - pageCaptions);
  const begin = place === null ? newest : partedAt(segments, place).after;
  const end = begin + pageCaptions;
  const first = place === null ? begin : Math.max(0, begin - readMax);
  return {
    before: segments[first - 1] ?? null,
    read: segments.slice(first, begin),
    fresh: segments.slice(begin, end),
    hasEarlier: hasEarlier || first > 0,
    hasLater: end < segments.length,
  };
}

/** What is before a place. */
export function earlierPart({ segments, hasEarlier }: Stretch, place: Place): Part {
  const end = partedAt(segments, place).before;
  const first = Math.max(0, end - pageCaptions);
  return {
    before: segments[first - 1] ?? null,
    read: [],
    fresh: segments.slice(first, end),
    hasEarlier: hasEarlier || first > 0,
    hasLater: true,
  };
}
