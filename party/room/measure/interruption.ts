import { type Figures, noted } from "./figures.ts";
import type { Sketch } from "./sketch.ts";

/** From a loss to whatever shows that it is over; another loss in between makes it no shorter. */
export class Interruption {
  readonly #figures: Figures;
  readonly #what: "upstream" | "publisher";
  readonly #sketch: Sketch;
  #lostAt: number | null = null;
  #note: { tookMs: number | null } | null = null;

  constructor(figures: Figures, what: "upstream" | "publisher", sketch: Sketch) {
    this.#figures = figures;
    this.#what = what;
    this.#sketch = sketch;
  }

  begin(now: number, start: number): void {
    if (this.#lostAt !== null) return;
    this.#lostAt = now;
    this.#note = noted(this.#figures.interruptions, { what: this.#what, start, tookMs: null });
  }

  /** Answers how long it lasted, milliseconds; `null`: there was none. */
  end(now: number): number | null {
    if (this.#lostAt === null || this.#note === null) return null;
    const tookMs = Math.max(0, now - this.#lostAt);
    this.#note.tookMs = tookMs;
    this.#sketch.add(tookMs);
    this.#lostAt = null;
    this.#note = null;
    return tookMs;
  }
}
