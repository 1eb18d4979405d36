import { setTimeout as sleep } from "node:timers/promises";

/** What the work takes, on a machine that has other things to do. */
const roomMs = 8_000;

/**
 * Does something within one period of a rate limit. The local runtime counts by periods of the wall clock, and forgets all
 * it has counted where the next begins: work that ran into it says nothing, and is done again.
 */
export async function inOnePeriod<T>(
  periodS: 10 | 60,
  work: (attempt: number) => Promise<T>,
): Promise<Awaited<T>> {
  const periodMs = periodS * 1_000;
  for (let attempt = 1; attempt <= 3; attempt++) {
    const leftMs = periodMs - (Date.now() % periodMs);
    if (leftMs < roomMs) await sleep(leftMs);
    const period = Math.floor(Date.now() / periodMs);
    const result = await work(attempt);
    if (Math.floor(Date.now() / periodMs) === period) return result;
  }
  throw new Error(`Three times it took longer than what was left of ${periodS} s.`);
}
