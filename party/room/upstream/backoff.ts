/**
 * Exponential backoff with full jitter: uniform in [0, min(cap, base · 2^attempt)), so that many rooms whose provider
 * comes back do not return in lockstep.
 *
 * @param attempt failed attempts so far, from 0
 * @param random uniform in [0, 1)
 */
export function fullJitterMs(attempt: number, random: number, baseMs = 1_000, capMs = 30_000): number {
  return Math.floor(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20)));
}
