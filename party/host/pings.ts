import { limits } from "../../shared/limits.ts";
import { pong } from "../../shared/protocol.ts";
import { dismiss } from "../room/dismiss.ts";
import { type Bucket, emptyBucket, poured } from "../room/door/bucket.ts";
import type { Seat } from "./ground.ts";

const rate = { burst: limits.controlBurst, perSecond: limits.controlPerSecond };

/** Answers pings where the runtime does not: each one costs the room something there, so that there are as many as control messages. */
export class Pings {
  readonly #poured = new WeakMap<Seat, Bucket>();

  /** Whoever sends too many is dismissed with `rate_limited`. */
  answer(seat: Seat): void {
    const next = poured(this.#poured.get(seat) ?? emptyBucket, 1, rate, Date.now());
    if (next === null) {
      dismiss(seat, "rate_limited");
      return;
    }
    this.#poured.set(seat, next);
    seat.send(pong);
  }

  /** Epoch milliseconds of the latest that was answered. */
  lastAt(seat: Seat): number | null {
    return this.#poured.get(seat)?.at ?? null;
  }
}
