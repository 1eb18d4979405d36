import * as v from "valibot";

/** How often each latency came, by tenths of a millisecond: small enough to be sent, and merged without loss. */
export const HistogramSchema = v.array(v.tuple([v.number(), v.number()]));
export type Histogram = v.InferOutput<typeof HistogramSchema>;

export class Latencies {
  readonly #counts = new Map<number, number>();

  add(ms: number): void {
    const bucket = Math.round(ms * 10);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
  }

  take(): Histogram {
    const all = [...this.#counts];
    this.#counts.clear();
    return all;
  }
}

export function merge(histograms: readonly Histogram[]): Histogram {
  const counts = new Map<number, number>();
  for (const [bucket, count] of histograms.flat()) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  return [...counts];
}

export function countOf(histogram: Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0);
}

/** Milliseconds below which `share` of them lie (nearest rank); null for none. */
export function quantile(histogram: Histogram, share: number): number | null {
  const total = countOf(histogram);
  let seen = 0;
  for (const [bucket, count] of histogram.toSorted(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= total * share) return bucket / 10;
  }
  return null;
}
