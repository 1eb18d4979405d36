/** Parts of a session's audio, milliseconds on its clock: in order, apart from each other. */
export type Stretches = readonly (readonly [fromMs: number, toMs: number])[];

/** A publisher that jumps about more often pays for the oldest parts again when it sends them again. */
const stretchesMax = 50;

/** Milliseconds between two positions that are in none of them. */
export function missingMs(stretches: Stretches, fromMs: number, toMs: number): number {
  let missing = Math.max(0, toMs - fromMs);
  for (const [from, to] of stretches) missing -= Math.max(0, Math.min(to, toMs) - Math.max(from, fromMs));
  return missing;
}

/** Where the first of them after a position begins. */
export function nextAfter(stretches: Stretches, positionMs: number): number {
  return stretches.find(([from]) => from >= positionMs)?.[0] ?? Number.POSITIVE_INFINITY;
}

export function joined(stretches: Stretches, fromMs: number, toMs: number): Stretches {
  const apart = stretches.filter(([from, to]) => to < fromMs || from > toMs);
  const touched = stretches.filter(([from, to]) => to >= fromMs && from <= toMs);
  const from = Math.min(fromMs, ...touched.map(([start]) => start));
  const to = Math.max(toMs, ...touched.map(([, end]) => end));
  return [...apart.slice(-(stretchesMax - 1)), [from, to] as const].sort(([a], [b]) => a - b);
}
