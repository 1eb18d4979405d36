import { compareSegments, type Segment } from "../captions.ts";

/** A segment whose `start` and `end` count from the beginning of the room's first session. */
export type Placed = Segment;

/**
 * Segments of any number of sessions on one timeline, in the order of the transcript.
 *
 * Guarantee: no time is negative, no segment ends before it starts, and no session begins before the end of the one
 * before. Sessions lie where they began on the wall clock, which their ids tell; one whose id tells no time follows
 * at once.
 */
export function onTimeline(segments: readonly Segment[]): Placed[] {
  let session: string | null = null;
  let originMs: number | null = null;
  let offset = 0;
  let end = 0;
  return segments.toSorted(compareSegments).map((segment) => {
    if (segment.session !== session) {
      const began = beganAt(segment.session);
      originMs ??= began;
      offset = began === null || originMs === null ? end : Math.max(end, began - originMs);
      session = segment.session;
    }
    const start = offset + segment.start;
    const placed = { ...segment, start, end: Math.max(start, offset + segment.end) };
    end = Math.max(end, placed.end);
    return segment.words === undefined ? placed : { ...placed, words: moved(segment.words, offset) };
  });
}

function moved(words: NonNullable<Segment["words"]>, offset: number): NonNullable<Segment["words"]> {
  return words.map((word) => ({ ...word, start: word.start + offset, end: word.end + offset }));
}

/** Epoch milliseconds at which the session began: the first nine characters of its id, in base 36. */
function beganAt(session: string): number | null {
  const ordinal = session.slice(0, 9);
  return /^[0-9a-z]{9}$/.test(ordinal) ? Number.parseInt(ordinal, 36) : null;
}
