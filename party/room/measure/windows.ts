import { type Window, windowMs, windowsMax } from "../../../shared/stats.ts";
import { Sketch } from "./sketch.ts";

type Tally = {
  -readonly [K in "words" | "erasedWords" | "speechMs" | "uncaptionedMs" | "viewers" | "failures"]: Window[K];
};
type Open = {
  readonly at: number;
  readonly tally: Tally;
  readonly lag: Sketch;
  readonly transit: Sketch;
  readonly viewerTransit: Sketch;
};

/** The latest minutes in steps, in memory alone. */
export class Windows {
  readonly #wall: () => number;
  readonly #steady: () => number;
  /** Number of the step that goes on, counted by time that never goes back. */
  #step: number;
  #open: Open;
  #closed: Window[] = [];
  #viewers = 0;

  constructor(wall: () => number, steady: () => number) {
    this.#wall = wall;
    this.#steady = steady;
    this.#step = Math.floor(steady() / windowMs);
    this.#open = this.#begin(0);
  }

  /** A session begins, or goes on: what comes now is in a step of its own. */
  begin(): void {
    this.#close(this.now);
    this.#open = { ...this.#begin(0), at: Math.round(this.#wall()) };
  }

  /** The one that goes on, to be counted on. */
  get now(): Open {
    const step = Math.floor(this.#steady() / windowMs);
    // What is further back than is kept need not be gone through.
    this.#step = Math.max(this.#step, step - windowsMax);
    while (this.#step < step) this.#roll(step);
    return this.#open;
  }

  viewers(count: number): void {
    const { tally } = this.now;
    tally.viewers = Math.max(tally.viewers, count);
    this.#viewers = count;
  }

  /** The oldest first. */
  list(): Window[] {
    const open = this.now;
    return [...this.#closed, told(open)];
  }

  #roll(until: number): void {
    this.#close(this.#open);
    this.#step += 1;
    this.#open = this.#begin(until - this.#step);
  }

  #close(open: Open): void {
    this.#closed = [...this.#closed, told(open)].slice(1 - windowsMax);
  }

  /** @param ago steps between this one and the one that goes on now */
  #begin(ago: number): Open {
    const intoStep = this.#steady() % windowMs;
    return {
      at: Math.round(this.#wall() - intoStep - ago * windowMs),
      tally: {
        words: 0,
        erasedWords: 0,
        speechMs: 0,
        uncaptionedMs: 0,
        viewers: this.#viewers,
        failures: 0,
      },
      lag: new Sketch(),
      transit: new Sketch(),
      viewerTransit: new Sketch(),
    };
  }
}

function told({ at, tally, lag, transit, viewerTransit }: Open): Window {
  return { at, lag: lag.lag(), transitP50: transit.p50(), viewerTransitP50: viewerTransit.p50(), ...tally };
}
