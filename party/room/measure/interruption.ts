import { type Figures, noted } from "./figures.ts";
import type { Sketch } from "./sketch.ts";

export type InterruptionClock = {
  /** Epoch milliseconds: what is told to a later object. */
  readonly now: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly steady: () => number;
};

/**
 * From a loss to whatever shows that it is over; another loss in between makes it no shorter. One that lasted when an
 * earlier object died goes on.
 */
export class Interruption {
  readonly #figures: Figures;
  readonly #what: "upstream" | "publisher";
  readonly #sketch: Sketch;
  readonly #clock: InterruptionClock;
  #lostAt: number | null = null;
  #note: { tookMs: number | null } | null = null;

  constructor(figures: Figures, what: "upstream" | "publisher", sketch: Sketch, clock: InterruptionClock) {
    this.#figures = figures;
    this.#what = what;
    this.#sketch = sketch;
    this.#clock = clock;
    const lostAt = figures.lostAt[what];
    if (lostAt === null) return;
    this.#lostAt = clock.steady() - Math.max(0, clock.now() - lostAt);
    const notes = figures.interruptions.filter((note) => note.what === what && note.tookMs === null);
    this.#note = notes.at(-1) ?? null;
  }

  begin(start: number): void {
    if (this.#lostAt !== null) return;
    this.#lostAt = this.#clock.steady();
    this.#figures.lostAt[this.#what] = this.#clock.now();
    this.#note = noted(this.#figures.interruptions, {
      what: this.#what,
      start: Math.round(start),
      tookMs: null,
    });
  }

  /** Answers how long it lasted, milliseconds; `null`: there was none. */
  end(): number | null {
    if (this.#lostAt === null) return null;
    const tookMs = Math.max(0, this.#clock.steady() - this.#lostAt);
    if (this.#note !== null) this.#note.tookMs = tookMs;
    this.#sketch.add(tookMs);
    this.#lostAt = null;
    this.#figures.lostAt[this.#what] = null;
    this.#note = null;
    return tookMs;
  }
}
