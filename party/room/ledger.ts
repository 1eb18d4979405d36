import type { Hole, StoredSession } from "./store.ts";

/**
 * What of a session's audio is captioned, and what is still owed. Pure: each function gives the session as it is next.
 */

/** Audio before this position needs no recognition any more: its publisher may forget it. */
export function ackedOf({ covered, holes }: StoredSession): number {
  return Math.min(covered, holes[0]?.from ?? covered);
}

/** Captions (or an honest gap) reach up to here. */
export function settled(session: StoredSession, to: number): StoredSession {
  return to <= session.covered ? session : { ...session, covered: to };
}

/** The range is passed over for now. */
export function owed(session: StoredSession, hole: Hole): StoredSession {
  const holes = [...session.holes, hole].sort((a, b) => a.from - b.from);
  return settled({ ...session, holes }, hole.to);
}

/** The hole is filled, or will stay a gap for ever. */
export function closedHole(session: StoredSession, id: string): StoredSession {
  return { ...session, holes: session.holes.filter((hole) => hole.id !== id) };
}

/** What becomes of a hole whose publisher goes on at a later position; a part that is empty is null. */
export type Parts = {
  /** The room has this audio. */
  readonly held: Hole | null;
  /** Nobody has it any more. */
  readonly lost: Hole | null;
  /** The publisher will still send it. */
  readonly coming: Hole | null;
};

/**
 * @param heldTo end of the audio the room holds; it holds it from the hole's beginning
 * @param resumedAt position from which the publisher goes on
 */
export function partHole({ from, to }: Hole, heldTo: number, resumedAt: number, newId: () => string): Parts {
  const part = (start: number, end: number) => (start < end ? { id: newId(), from: start, to: end } : null);
  return {
    held: part(from, Math.min(to, heldTo)),
    lost: part(Math.max(from, heldTo), Math.min(to, resumedAt)),
    coming: part(Math.max(from, heldTo, resumedAt), to),
  };
}
