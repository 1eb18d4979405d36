import { limits } from "../../../shared/limits.ts";
import type { DoorBook, Spending } from "./book.ts";
import type { Pass } from "./pass.ts";
import { joined, missingMs, nextAfter } from "./stretches.ts";

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
 * Never more than the cap, over the deaths of room and connections: nothing is taken that was not written down before. What
 * was paid for is known by its position, so audio that is sent again after an interruption costs nothing again. Lost is only
 * what was paid in advance, `blockMs` at most, where a session ends or its publisher leaves audio out.
 */
export function allowanceOf(pass: Pass, book: DoorBook, now: () => number): Allowance | null {
  const { tokenId, maxSeconds } = pass;
  if (tokenId === null || maxSeconds === undefined) return null;
  const until = pass.expiresAt + limits.tokenSkewSeconds * 1_000;
  let known: Spending | null = null;
  return {
    take(session, fromMs, toMs) {
      const piece = { session, fromMs, toMs };
      if (known !== null && isPaid(known, piece)) return true;
      // Another connection with the same token may have spent some of it since. Of one that has ended the book may know
      // nothing any more, but then no session is begun with it either.
      const kept = book.spending(tokenId);
      const latest = (kept?.usedMs ?? -1) >= (known?.usedMs ?? -1) ? kept : known;
      const next = taken(latest, piece, maxSeconds * 1_000);
      if (next === null) return false;
      if (next !== latest) book.keepSpending(tokenId, next, until, now());
      known = next;
      return true;
    },
  };
}

type Piece = { readonly session: string; readonly fromMs: number; readonly toMs: number };

function isPaid(spending: Spending, { session, fromMs, toMs }: Piece): boolean {
  return spending.session === session && missingMs(spending.paid, fromMs, toMs) === 0;
}

/** What is spent once the piece is paid for; `null` when that would be more than `maxMs`. */
export function taken(before: Spending | null, piece: Piece, maxMs: number): Spending | null {
  if (before !== null && isPaid(before, piece)) return before;
  const { session, fromMs, toMs } = piece;
  const paid = before?.session === session ? before.paid : [];
  const usedMs = before?.usedMs ?? 0;
  const left = maxMs - usedMs;
  const needed = missingMs(paid, fromMs, toMs);
  if (needed > left) return null;
  // What comes next is paid for with it, as far as it is not.
  const ahead = Math.max(0, Math.min(left, blockMs) - needed);
  const boughtTo = Math.min(toMs + ahead, Math.max(toMs, nextAfter(paid, toMs)));
  const bought = joined(paid, fromMs, boughtTo);
  return { session, paid: bought, usedMs: usedMs + missingMs(paid, fromMs, boughtTo) };
}
