/**
 * A clock for deadlines. The wall clock may be set back or forward at any time, and Workers offer no other; timers,
 * however, run on real time. So elapsed time is counted by the wall, never backwards, and never past the deadline that
 * a timer is running for: a deadline is reached when its timer fires, not when the wall says so.
 */
export class SteadyClock {
  readonly #wall: () => number;
  #lastWall: number;
  #elapsed = 0;
  #limit = Number.POSITIVE_INFINITY;

  constructor(wall: () => number) {
    this.#wall = wall;
    this.#lastWall = wall();
  }

  /** Milliseconds since this clock was made. */
  now(): number {
    const wall = this.#wall();
    const passed = Math.max(0, wall - this.#lastWall);
    this.#lastWall = wall;
    this.#elapsed = Math.min(this.#elapsed + passed, Math.max(this.#limit, this.#elapsed));
    return this.#elapsed;
  }

  /** A timer runs for this deadline; `null`: none does. */
  await(deadline: number | null): void {
    this.#limit = deadline ?? Number.POSITIVE_INFINITY;
  }

  /** The timer for the deadline has fired. */
  reached(deadline: number): void {
    this.now();
    this.#elapsed = Math.max(this.#elapsed, deadline);
  }
}
