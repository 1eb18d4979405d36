import { type Burst, burstWordsPerMinute, paceMs } from "../../../shared/quality-report.ts";

type OpenBurst = { -readonly [K in keyof Burst]: Burst[K] };

const perMinute = 60_000 / paceMs;

/** How fast is spoken in one stretch of speech: words in the latest `paceMs` of their own times. */
export class Pace {
  readonly #began: () => OpenBurst;
  readonly #starts: number[] = [];
  #burst: OpenBurst | null = null;

  /** @param began called for each burst; what it answers is kept up to date while the burst lasts */
  constructor(began: () => OpenBurst) {
    this.#began = began;
  }

  /** The next word, in their order (milliseconds on the session's clock); answers the words a minute that were spoken up to it. */
  word({ start, end }: { readonly start: number; readonly end: number }): number {
    this.#starts.push(start);
    while ((this.#starts[0] ?? start) <= start - paceMs) this.#starts.shift();
    const pace = this.#starts.length * perMinute;
    if (pace > burstWordsPerMinute) this.#goesOn(end, pace);
    else this.#burst = null;
    return pace;
  }

  #goesOn(end: number, pace: number): void {
    this.#burst ??= Object.assign(this.#began(), {
      start: this.#starts[0] ?? end,
      end,
      wordsPerMinute: pace,
    });
    this.#burst.end = Math.max(this.#burst.end, end);
    this.#burst.wordsPerMinute = Math.max(this.#burst.wordsPerMinute, pace);
  }
}
