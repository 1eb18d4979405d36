import type { LinkSign } from "../upstream/sign.ts";
import type { Figures } from "./figures.ts";
import { Interruption, type InterruptionClock } from "./interruption.ts";

/** Sockets to the provider, counted and timed. */
export class Link {
  readonly #figures: Figures;
  readonly #interruption: Interruption;
  #dialledAt: number | null = null;
  /** The dial that has no answer yet. */
  #dial: "none" | "first" | "retry" = "none";
  #isRetry = false;

  constructor(figures: Figures, clock: InterruptionClock) {
    this.#figures = figures;
    this.#interruption = new Interruption(figures, "upstream", figures.sketches.upstreamRecovery, clock);
  }

  /** Other figures were counted until now: the socket that is being asked for counts in these as well, as its outcome will. */
  takeOver(before: Link): void {
    this.#dialledAt = before.#dialledAt;
    this.#isRetry = before.#isRetry;
    this.#dial = before.#dial;
    if (this.#dial !== "none") this.#countDial();
  }

  /** @param positionMs end of the audio received */
  sign(sign: LinkSign, now: number, positionMs: number): void {
    const { upstream } = this.#figures.counters;
    switch (sign) {
      case "dialled":
        this.#dial = this.#isRetry ? "retry" : "first";
        this.#countDial();
        this.#isRetry = false;
        this.#dialledAt = now;
        break;
      case "opened":
        upstream.opened += 1;
        this.#dial = "none";
        if (this.#dialledAt !== null) this.#figures.sketches.upstreamConnect.add(now - this.#dialledAt);
        break;
      case "failed":
        upstream.failed += 1;
        this.#dial = "none";
        this.#isRetry = true;
        break;
      case "lost":
        upstream.lost += 1;
        this.#figures.minutes.at(positionMs).upstreamLost += 1;
        this.#isRetry = true;
        this.#interruption.begin(positionMs);
        break;
      default:
        sign satisfies never;
    }
  }

  /** Since the latest socket was asked for, milliseconds. */
  dialMs(now: number): number {
    return now - (this.#dialledAt ?? now);
  }

  /** A socket recognised something, if only silence. Answers how long after a loss, milliseconds; `null`: there was none. */
  recognised(): number | null {
    return this.#interruption.end();
  }

  #countDial(): void {
    const { upstream } = this.#figures.counters;
    upstream.dials += 1;
    if (this.#dial === "retry") upstream.retries += 1;
  }
}
