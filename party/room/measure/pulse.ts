import { type Lag, windowMs } from "../../../shared/stats.ts";
import type { Vitals } from "./alerts.ts";

/** Of few interims a single one would be the 95th percentile. */
const interimsMin = 20;
const connectionsMax = 100;
/** A failure that has been over for so long says nothing of now. */
const connectionMaxMs = 600_000;
/** Speech without words that is longer ago was a cough, or somebody far from the microphone. */
const wordlessMaxMs = 60_000;

/** What alerts are raised by. */
export class Pulse {
  /** Of the latest connections to the provider, when each failed; `null`: it opened. */
  #connections: (number | null)[] = [];
  #failuresInRow = 0;
  /** Since the last words, when somebody seemed to speak, and for how long. */
  #wordless: { readonly at: number; ms: number }[] = [];

  /** A dial was answered, one way or the other. */
  connection(isOpen: boolean, now: number): void {
    this.#connections = [...this.#connections, isOpen ? null : now].slice(-connectionsMax);
    if (!isOpen) this.#failuresInRow += 1;
  }

  /** An open socket was lost. */
  lost(): void {
    this.#failuresInRow += 1;
  }

  /** A socket recognised something, if only silence. */
  recognised(): void {
    this.#failuresInRow = 0;
  }

  speech(ms: number, now: number): void {
    const last = this.#wordless.at(-1);
    if (last !== undefined && Math.abs(now - last.at) < windowMs) last.ms += ms;
    else this.#wordless = [...this.#recent(now), { at: now, ms }];
  }

  words(): void {
    this.#wordless = [];
  }

  /**
   * `connections_failing`: of the latest 100 connections, those that failed in the last ten minutes. While there were fewer
   * the others count as good: a single failure is no more than 1 %, two are too many, however few connections there were.
   */
  vitals(minute: Lag | null, now: number): Vitals {
    const failed = this.#connections.filter((at) => at !== null && Math.abs(now - at) <= connectionMaxMs);
    return {
      latency_high: minute === null || minute.count < interimsMin ? 0 : minute.p95,
      connections_failing: failed.length / connectionsMax,
      no_words: this.#recent(now).reduce((sum, { ms }) => sum + ms, 0),
      upstream_failing: this.#failuresInRow,
    };
  }

  #recent(now: number): { readonly at: number; ms: number }[] {
    return this.#wordless.filter(({ at }) => Math.abs(now - at) < wordlessMaxMs);
  }
}
