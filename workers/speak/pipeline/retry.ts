import { type Failure, mayHeal } from "./failure.ts";

/** How often one chunk was tried so far, by what came of it. */
export type Tried = { readonly faults: number; readonly busy: number };

export const untried: Tried = { faults: 0, busy: 0 };

export type Verdict =
  | { readonly kind: "again"; readonly afterMs: number; readonly tried: Tried }
  | { readonly kind: "giveUp" };

const triesMax = 2;
/** Before the second try, with full jitter. */
const faultPauseMs = 300;
const busyPauseMs = { first: 500, most: 8_000 } as const;

/**
 * Whether a chunk that has brought no audio yet is asked for again. A fault is given one more try. A busy provider is
 * waited for as long as it wishes or in growing steps with jitter, while there is time; it has done nothing yet, so
 * asking again costs nothing.
 *
 * @param leftMs how long a busy provider may still be waited for
 * @param random in [0, 1)
 */
export function afterFailure(failure: Failure, tried: Tried, leftMs: number, random: number): Verdict {
  if (failure.kind === "refused" && failure.status === 429) {
    const step = Math.min(busyPauseMs.most, busyPauseMs.first * 2 ** tried.busy);
    const afterMs = Math.ceil(failure.retryAfterMs ?? step * (0.5 + random / 2));
    if (afterMs > leftMs) return { kind: "giveUp" };
    return { kind: "again", afterMs, tried: { ...tried, busy: tried.busy + 1 } };
  }
  const faults = tried.faults + 1;
  if (faults >= triesMax || !canHeal(failure)) return { kind: "giveUp" };
  return { kind: "again", afterMs: Math.floor(faultPauseMs * random), tried: { ...tried, faults } };
}

function canHeal(failure: Failure): boolean {
  switch (failure.kind) {
    case "unreachable":
    case "silent":
    case "empty":
      return true;
    case "refused":
      return mayHeal(failure.status);
    // Somebody has heard the beginning: said again it would be heard twice.
    case "torn":
    case "stalled":
      return false;
    // Not a matter of time: the provider does not speak what it is asked for.
    case "unfit":
    case "withdrawn":
      return false;
    default:
      return failure satisfies never;
  }
}
