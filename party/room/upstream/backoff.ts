import type { Trouble } from "./state.ts";

/** Bounds of the wait before an attempt, and when trying gives way to probing. */
const wait = { share: 1 / 20, minCeilingMs: 500, maxCeilingMs: 30_000 } as const;
const setback = { firstMs: 1_000, maxMs: 30_000 } as const;
const breaker = { afterMs: 60_000, afterFailures: 8, probeEveryMs: 10_000 } as const;

/**
 * When to try again. Full jitter, so that many rooms whose provider comes back do not return in lockstep: uniform in
 * [0, ceiling), where the ceiling grows with the outage itself, to a twentieth of what has been lost so far (half a second
 * at least). So readers wait for a provider that is back no longer than they would notice after that outage.
 *
 * A provider that is there and asks for less (429), or accepts and closes, is given exponentially more time: 1, 2, 4 … 30 s
 * for each time it did.
 *
 * After a minute of nothing but failures the breaker trips: one probe about every ten seconds, until a socket holds.
 *
 * @param random uniform in [0, 1)
 */
export function nextAttempt(
  { since, failures, setbacks }: Trouble,
  now: number,
  random: number,
): { readonly at: number; readonly isProbe: boolean } {
  const lostMs = now - since;
  const awayMs = Math.min(wait.maxCeilingMs, Math.max(wait.minCeilingMs, lostMs * wait.share));
  const unwillingMs = setbacks === 0 ? 0 : Math.min(setback.maxMs, setback.firstMs * 2 ** (setbacks - 1));
  const waitMs = random * Math.max(awayMs, unwillingMs);
  const isProbe = lostMs >= breaker.afterMs && failures >= breaker.afterFailures;
  const probeMs = isProbe ? (0.5 + random) * breaker.probeEveryMs : 0;
  return { at: now + Math.floor(Math.max(waitMs, probeMs)), isProbe };
}
