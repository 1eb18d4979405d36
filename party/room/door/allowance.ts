import { limits } from "../../../shared/limits.ts";
import type { DoorBook, Spending } from "./book.ts";
import type { Pass } from "./pass.ts";

/** Seconds are paid for in advance, a few at a time: so one write is enough for many frames. */
const blockMs = 5_000;

/** Seconds of audio that a publisher's token allows, all its sessions together. */
export type Allowance = {
  /** Pays for a session's audio from one position to another, milliseconds; `false` when there is not enough left. */
  take(session: string, fromMs: number, toMs: number): boolean;
};

/**
 * The allowance of a pass; `null` where it has no such cap.
 *
 * Exact over the deaths of room and connections: what was paid for is known by its position, so audio that is sent again
 * costs nothing again, and at no moment has more been taken than was written down before. Only what a session that ended
 * early had paid in advance is lost, `blockMs` at most.
 */
export function allowanceOf(pass: Pass, book: DoorBook, now: () => number): Allowance | null {
  const { tokenId, maxSeconds } = pass;
  if (tokenId === null || maxSeconds === undefined) return null;
  const until = pass.expiresAt + limits.tokenSkewSeconds * 1_000;
  let known: Spending | null = null;
  return {
    take(session, fromMs, toMs) {
      if (known?.session === session && toMs <= known.toMs) return true;
      // Another connection with the same token may have spent some of it since.
      const kept = book.spending(tokenId);
      const next = taken(kept, { session, fromMs, toMs }, maxSeconds * 1_000);
      if (next === null) return false;
      if (next !== kept) book.keepSpending(tokenId, next, until, now());
      known = next;
      return true;
    },
  };
}

type Piece = { readonly session: string; readonly fromMs: number; readonly toMs: number };

/** What is spent once the piece is paid for; `null` when that would be more than `maxMs`. */
export function taken(before: Spending | null, piece: Piece, maxMs: number): Spending | null {
  const { session, fromMs, toMs } = piece;
  const usedMs = before?.usedMs ?? 0;
  // What lies between the end of what is paid for and this piece was never sent.
  const paidTo = before?.session === session ? Math.max(before.toMs, fromMs) : fromMs;
  if (toMs <= paidTo && before !== null) return before;
  const left = maxMs - usedMs;
  const needed = Math.max(0, toMs - paidTo);
  if (needed > left) return null;
  const bought = Math.min(left, Math.max(needed, blockMs));
  return { session, toMs: paidTo + bought, usedMs: usedMs + bought };
}
