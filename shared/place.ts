import type { Segment } from "./captions.ts";

/**
 * A caption as a place in the transcript. It is still one when the caption is gone: corrected away, filled (a gap), or
 * deleted for its age.
 */
export type Place = Readonly<Pick<Segment, "session" | "start" | "id">>;

/** A place as one word, for an address. */
export function placeText({ session, start, id }: Place): string {
  return `${session}.${start}.${id}`;
}

/** Reads it back; `null` for anything else. */
export function readPlace(text: string | null): Place | null {
  const [, session, start, id] = /^([\w-]{1,64})\.(\d{1,12})\.([\x21-\x7e]{1,100})$/.exec(text ?? "") ?? [];
  if (session === undefined || start === undefined || id === undefined) return null;
  return { session, start: Number(start), id };
}

/** A piece of a transcript without a hole. */
export type Stretch = { readonly segments: readonly Segment[]; readonly hasEarlier: boolean };

/**
 * Where a transcript is parted by a place: `before` segments stand before it, and the first after it has the index
 * `after`. Where its caption is gone, nothing that began when it did, or later, counts as before: what fills a gap
 * begins no earlier.
 *
 * @param segments in the transcript's order
 */
export function partedAt(
  segments: readonly Segment[],
  place: Place,
): { readonly before: number; readonly after: number } {
  const own = segments.findIndex(({ id }) => id === place.id);
  if (own >= 0) return { before: own, after: own + 1 };
  const next = segments.findIndex(
    ({ session, start }) => session > place.session || (session === place.session && start >= place.start),
  );
  const parting = next < 0 ? segments.length : next;
  return { before: parting, after: parting };
}

/** Up to `count` segments before a place, its own, and up to `count` after it. */
export function stretchAround(segments: readonly Segment[], place: Place, count: number): Stretch {
  const { before, after } = partedAt(segments, place);
  const begin = Math.max(0, before - count);
  return { segments: segments.slice(begin, after + count), hasEarlier: begin > 0 };
}
