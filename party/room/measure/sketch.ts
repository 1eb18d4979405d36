import { LogCollapsingLowestDenseDDSketch } from "@datadog/sketches-js";
import * as v from "valibot";
import type { Lag, Spread } from "../../../shared/stats.ts";

/** The percentiles are right to 1 %. */
const relativeAccuracy = 0.01;
/** From a tenth of a millisecond to an hour takes fewer. Beyond, the least values are told less exactly. */
const binLimit = 1_024;
/** Shorter than this is nothing: it would take bins, and no clock here is as fine. */
const leastMs = 0.1;

/** A sketch as it is kept: counts of the bins from key `offset` on, and what the bins do not know. */
export const StoredSketchSchema = v.object({
  offset: v.number(),
  bins: v.array(v.number()),
  zeros: v.number(),
  min: v.number(),
  max: v.number(),
  sum: v.number(),
});
export type StoredSketch = Readonly<v.InferOutput<typeof StoredSketchSchema>>;

/** How values (milliseconds) are spread, in bounded memory however many there are. */
export class Sketch {
  #sketch = new LogCollapsingLowestDenseDDSketch({ relativeAccuracy, binLimit });

  get count(): number {
    return this.#sketch.count;
  }

  /** What a clock that jumped makes of a duration is counted as none (below zero) or not at all. */
  add(ms: number): void {
    if (Number.isFinite(ms)) this.#sketch.accept(ms < leastMs ? 0 : ms);
  }

  merge(other: Sketch): void {
    // The library's own `merge` asks for a sketch of another class, and reads what both have.
    const stored = other.stored();
    if (stored !== null) this.#take(stored);
  }

  /** `null`: nothing was measured. */
  spread(): Spread | null {
    const { count, min, max, sum } = this.#sketch;
    if (count === 0) return null;
    return {
      count,
      min,
      mean: sum / count,
      p50: this.#at(0.5),
      p95: this.#at(0.95),
      p99: this.#at(0.99),
      max,
    };
  }

  lag(): Lag | null {
    const { count, max } = this.#sketch;
    return count === 0 ? null : { count, p50: this.#at(0.5), p95: this.#at(0.95), max };
  }

  p50(): number | null {
    return this.#sketch.count === 0 ? null : this.#at(0.5);
  }

  /** As small JSON; `null`: nothing was measured. */
  stored(): StoredSketch | null {
    const { count, min, max, sum, zeroCount, store } = this.#sketch;
    if (count === 0) return null;
    const first = store.bins.findIndex((bin) => bin > 0);
    const bins = first === -1 ? [] : store.bins.slice(first, store.bins.findLastIndex((bin) => bin > 0) + 1);
    return { offset: store.offset + Math.max(0, first), bins, zeros: zeroCount, min, max, sum };
  }

  static restore(stored: StoredSketch | null): Sketch {
    const sketch = new Sketch();
    if (stored !== null) sketch.#take(stored);
    return sketch;
  }

  #take({ offset, bins, zeros, min, max, sum }: StoredSketch): void {
    const sketch = this.#sketch;
    bins.forEach((bin, at) => {
      if (bin > 0) sketch.store.add(offset + at, bin);
    });
    sketch.zeroCount += zeros;
    sketch.count += bins.reduce((total, bin) => total + bin, zeros);
    sketch.sum += sum;
    sketch.min = Math.min(sketch.min, min);
    sketch.max = Math.max(sketch.max, max);
  }

  /**
   * Nearest rank, as percentiles are told everywhere here: of two values the 95th is the larger one. A bin stands for values
   * about its own; no percentile lies outside of what was measured.
   */
  #at(share: number): number {
    const { min, max, count } = this.#sketch;
    // The library counts ranks from 0 and is told one by its share of the last: half a rank more keeps clear of rounding.
    const rank = Math.ceil(share * count) - 0.5;
    const value = this.#sketch.getValueAtQuantile(count === 1 ? 0 : Math.min(1, rank / (count - 1)));
    return Math.min(max, Math.max(min, value));
  }
}
