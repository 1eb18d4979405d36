import type { Spread } from "./stats.ts";

/** The value that `share` of the values do not exceed (nearest rank); null for no values. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[rank(sorted.length, share)] ?? null;
}

/** How values lie, each percentile being one of them (nearest rank); null for no values. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) return null;
  const at = (share: number): number => sorted[rank(sorted.length, share)] ?? max;
  return {
    count: sorted.length,
    min,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max,
  };
}

/**
 * The value in the middle, or between the two that are: for a few values, of which no one should decide. p50 of a spread is
 * always one of the values. Null when there are none.
 */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function rank(count: number, share: number): number {
  return Math.max(0, Math.ceil(count * share) - 1);
}
