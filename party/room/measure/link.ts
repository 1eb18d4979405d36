import type { UpstreamEvent, UpstreamState } from "../upstream/state.ts";
import type { Figures } from "./figures.ts";
import { Interruption } from "./interruption.ts";

/** What became of a socket to the provider. */
export type LinkSign = "dialled" | "opened" | "failed" | "lost";

/** What a step of the upstream machine says of its socket; `null`: nothing. Dials are effects of their own. */
export function linkSign(before: UpstreamState, event: UpstreamEvent, after: UpstreamState): LinkSign | null {
  const now = after.link.kind;
  switch (before.link.kind) {
    case "connecting": {
      // An event of an earlier socket changes nothing.
      if (after === before) return null;
      if (event.kind === "opened") return "opened";
      return now === "recovering" || now === "tripped" || now === "failed" ? "failed" : null;
    }
    case "live":
    case "finishing":
      if (event.kind === "closed") {
        // As it closes when there is nothing to listen to, or everything has been said.
        return after === before || now === "idle" || now === "ended" ? null : "lost";
      }
      // A socket that is left because it was mute; one that fell behind, or whose publisher jumped, is not lost.
      return event.kind === "tick" && now === "leaving" && after.trouble !== before.trouble ? "lost" : null;
    case "idle":
    case "leaving":
    case "recovering":
    case "tripped":
    case "ended":
    case "failed":
      return null;
    default:
      return before.link satisfies never;
  }
}

/** Sockets to the provider, counted and timed. */
export class Link {
  readonly #figures: Figures;
  readonly #interruption: Interruption;
  #dialledAt: number | null = null;
  #isRetry = false;

  constructor(figures: Figures) {
    this.#figures = figures;
    this.#interruption = new Interruption(figures, "upstream", figures.sketches.upstreamRecovery);
  }

  /** @param positionMs end of the audio received */
  sign(sign: LinkSign, now: number, positionMs: number): void {
    const { upstream } = this.#figures.counters;
    switch (sign) {
      case "dialled":
        upstream.dials += 1;
        if (this.#isRetry) upstream.retries += 1;
        this.#isRetry = false;
        this.#dialledAt = now;
        break;
      case "opened":
        upstream.opened += 1;
        if (this.#dialledAt !== null) this.#figures.sketches.upstreamConnect.add(now - this.#dialledAt);
        break;
      case "failed":
        upstream.failed += 1;
        this.#isRetry = true;
        break;
      case "lost":
        upstream.lost += 1;
        this.#figures.minutes.at(positionMs).upstreamLost += 1;
        this.#isRetry = true;
        this.#interruption.begin(now, positionMs);
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
  recognised(now: number): number | null {
    return this.#interruption.end(now);
  }
}
