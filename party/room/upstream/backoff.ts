import type { Trouble } from "./state.ts";

/** Bounds of the wait before an attempt, and when trying gives way to probing. */
const wait = { minCeilingMs: 1_000, maxCeilingMs: 30_000 } as const;
const breaker = { afterMs: 60_000, afterFailures: 8, probeEveryMs: 30_000 } as const;

/**
 * When to try again. Full jitter, so that many rooms whose provider comes back do not return in lockstep: uniform in
 * [0, ceiling), where the ceiling grows with the outage itself, to half of what has been lost so far (1 s at least, 30 s
 * at most). So a provider that was away for two seconds is met within one, and one that is down for long is left alone.
 *
 * After a minute of nothing but failures the breaker trips: one probe about every half minute, until a socket holds.
 *
 * @param random uniform in [0, 1)
 */
export function nextAttempt(
  { since, failures }: Trouble,
  now: number,
  random: number,
): { readonly at: number; readonly isProbe: boolean } {
  const lostMs = now - since;
  if (lostMs >= breaker.afterMs && failures >= breaker.afterFailures) {
    return { at: now + Math.floor((0.5 + random) * breaker.probeEveryMs), isProbe: true };
  }
  const ceilingMs = Math.min(wait.maxCeilingMs, Math.max(wait.minCeilingMs, lostMs / 2));
  return { at: now + Math.floor(random * ceilingMs), isProbe: false };
}
