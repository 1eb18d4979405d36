import { paceMs } from "../../../shared/quality-report.ts";
import { type Lag, windowMs } from "../../../shared/stats.ts";
import { Sketch } from "./sketch.ts";

const minuteMs = 60_000;

type Step = { readonly number: number; words: number; readonly lag: Sketch };

/** What came in the last minute of one session, in memory alone: to 5 s, and nothing of the session before. */
export class LastMinute {
  readonly #steady: () => number;
  readonly #begunAt: number;
  /** The newest last; those in which nothing came are left out. */
  #steps: Step[] = [];

  /** The session begins. @param steady milliseconds of a clock that never goes back */
  constructor(steady: () => number) {
    this.#steady = steady;
    this.#begunAt = steady();
  }

  /** @param words of finals @param lagMs X − Y, where an interim came */
  heard(words: number, lagMs: number | null): void {
    const step = this.#now;
    step.words += words;
    if (lagMs !== null) step.lag.add(lagMs);
  }

  /** X − Y; `null`: no interim came. */
  lag(): Lag | null {
    const all = new Sketch();
    for (const { lag } of this.#kept()) all.merge(lag);
    return all.lag();
  }

  /** Words of finals, by the time in which they came: of a moment there is no pace, so that of `paceMs` at least. */
  wordsPerMinute(): number {
    const words = this.#kept().reduce((sum, step) => sum + step.words, 0);
    const ageMs = this.#steady() - this.#begunAt;
    const coveredMs = ageMs - this.#first * windowMs;
    return Math.round((words * minuteMs) / Math.max(paceMs, coveredMs));
  }

  get #number(): number {
    return Math.floor((this.#steady() - this.#begunAt) / windowMs);
  }

  /** Number of the first step that is of the last minute. */
  get #first(): number {
    return Math.max(0, this.#number + 1 - minuteMs / windowMs);
  }

  #kept(): readonly Step[] {
    const first = this.#first;
    return this.#steps.filter(({ number }) => number >= first);
  }

  get #now(): Step {
    const number = this.#number;
    const last = this.#steps.at(-1);
    if (last?.number === number) return last;
    const made = { number, words: 0, lag: new Sketch() };
    this.#steps = [...this.#kept(), made];
    return made;
  }
}
