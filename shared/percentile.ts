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

function rank(count: number, share: number): number {
  return Math.max(0, Math.ceil(count * share) - 1);
}
