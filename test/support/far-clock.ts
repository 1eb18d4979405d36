import type { MemberSocket } from "../../party/room/ports.ts";
import { VirtualTime } from "./virtual-time.ts";

export type Delays = { readonly up: () => number; readonly down: () => number };

/**
 * A room and another machine, each with a clock of its own, and what is between them: frames arrive in order, each after the
 * delay that the network has for it.
 */
export class FarClock {
  readonly time = new VirtualTime();
  readonly #begin = this.time.now();
  readonly #delays: Delays;
  /** The room's clock and theirs less the true time, and theirs by drift besides. */
  ourShift = 0;
  theirShift = 0;
  drift = 0;
  /** The other machine answers what it is asked. */
  answers = true;
  probes = 0;
  /** How long the latest question takes to get there. */
  downMs = 0;
  #upTo = 0;
  #downTo = 0;
  #probed: (at: number, theirs: number) => void = () => {};

  constructor(delays: Delays) {
    this.#delays = delays;
  }

  ourNow = (): number => Math.floor(this.time.now() + this.ourShift);

  theirNow = (): number => {
    const elapsed = this.time.now() - this.#begin;
    return Math.floor(this.#begin + elapsed * (1 + this.drift) + this.theirShift);
  };

  get ports() {
    return { now: this.ourNow, setTimer: this.time.setTimer, random: () => 0.5 };
  }

  hear(probed: (at: number, theirs: number) => void): void {
    this.#probed = probed;
  }

  readonly socket: MemberSocket = {
    id: "far",
    lastPingAt: () => null,
    close: () => {},
    send: (text) => {
      const { type, at } = JSON.parse(text);
      if (type !== "probe") throw new Error(`Only questions were expected: ${text}`);
      this.probes += 1;
      this.downMs = this.#toThem(() => {
        if (!this.answers) return;
        const theirs = this.theirNow();
        this.toUs(() => this.#probed(at, theirs));
      });
    },
  };

  /** Answers how long it will have taken, in truth. */
  toUs(run: () => void): number {
    this.#upTo = Math.max(this.#upTo, this.time.now() + this.#delays.up());
    const tookMs = this.#upTo - this.time.now();
    this.time.setTimer(run, tookMs);
    return tookMs;
  }

  #toThem(run: () => void): number {
    this.#downTo = Math.max(this.#downTo, this.time.now() + this.#delays.down());
    const tookMs = this.#downTo - this.time.now();
    this.time.setTimer(run, tookMs);
    return tookMs;
  }
}
