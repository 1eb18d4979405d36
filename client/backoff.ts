export type BackoffPolicy = {
  /** The first return is spread over this window. */
  readonly windowMs: number;
  readonly maxMs: number;
};

const baseMs = 1_000;

/**
 * How long to wait before try number `attempt` (0 is the first return after a loss), in milliseconds.
 *
 * Full jitter on every try, the first too: after an interruption the whole audience comes back at once,
 * so no later window may be narrower than the one the server announced.
 */
export function retryDelay(attempt: number, policy: BackoffPolicy, random: number): number {
  if (attempt === 0) return Math.floor(random * policy.windowMs);
  const capMs = Math.max(policy.windowMs, Math.min(policy.maxMs, baseMs * 2 ** attempt));
  return Math.floor(random * capMs);
}
