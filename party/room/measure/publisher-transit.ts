import type { Clock } from "../../../shared/stats.ts";
import type { Cancel, MemberSocket, Ports } from "../ports.ts";
import { transitFrom } from "./clock.ts";
import { Prober } from "./prober.ts";

/** What becomes of the publisher's marks. */
export type TransitSink = {
  /** As it is known; `null`: it is not. */
  publisherClock: Clock | null;
  publisherTransit(ms: number): void;
  markOfUnknownClock(): void;
};

type Mark = { readonly sentAt: number; readonly heardAt: number };

/** The clock is asked for quickly at first, then now and then. */
const quickMs = [500, 500, 1_000, 2_000, 4_000];
const everyMs = 10_000;
/** More marks than that are not kept between two exchanges. */
const waitingMax = 64;

/**
 * How long audio takes from its publisher to the room, by the publisher's marks and by its clock, which is not ours.
 *
 * Each mark waits for the next exchange of clocks: only when that agrees with those before was neither clock set in
 * between, and the way of the mark is counted. Others are marks of an unknown clock, as are all of a publisher that
 * cannot be asked.
 */
export class PublisherTransit {
  readonly #ports: Pick<Ports, "now" | "setTimer">;
  readonly #sink: TransitSink;
  #prober: Prober<null> | null = null;
  #waiting: Mark[] = [];
  #quick = 0;
  #cancel: Cancel = () => {};

  constructor(ports: Pick<Ports, "now" | "setTimer">, sink: TransitSink) {
    this.#ports = ports;
    this.#sink = sink;
  }

  /** Another socket, perhaps of another machine. `null`: it does not answer such questions. */
  begin(socket: MemberSocket | null): void {
    this.stop();
    if (socket === null) return;
    this.#prober = new Prober(this.#ports, socket);
    this.#askQuickly();
  }

  stop(): void {
    this.#cancel();
    this.#prober = null;
    this.#lose();
    this.#tellClock();
  }

  mark(sentAt: number): void {
    const clock = this.#tellClock();
    const heardAt = this.#ports.now();
    if (clock === null) {
      this.#sink.markOfUnknownClock();
      return;
    }
    this.#waiting.push({ sentAt, heardAt });
    if (transitFrom(clock, sentAt, heardAt) === null) {
      this.#prober?.forget();
      this.#lose();
      this.#askQuickly();
    } else if (this.#waiting.length > waitingMax) {
      this.#waiting.shift();
      this.#sink.markOfUnknownClock();
    }
  }

  /** The last marks have come: they wait for one more exchange. */
  finish(): void {
    this.#prober?.ask(null);
  }

  probed(at: number, theirs: number): void {
    const answer = this.#prober?.answered(at, theirs) ?? null;
    if (answer === null) return;
    const clock = this.#tellClock();
    if (!answer.agrees || clock === null) {
      this.#lose();
      // Whoever answers at random is not asked more often for it.
      if (this.#quick === quickMs.length) this.#askQuickly();
      return;
    }
    // A mark that came after the question may come from after the reading of the clock too.
    const isBefore = ({ heardAt }: Mark) => heardAt <= answer.askedAt;
    const measured = this.#waiting.filter(isBefore);
    this.#waiting = this.#waiting.filter((mark) => !isBefore(mark));
    for (const { sentAt, heardAt } of measured) {
      const ms = transitFrom(clock, sentAt, heardAt);
      if (ms === null) this.#sink.markOfUnknownClock();
      else this.#sink.publisherTransit(ms);
    }
  }

  #lose(): void {
    for (const _ of this.#waiting) this.#sink.markOfUnknownClock();
    this.#waiting = [];
  }

  #tellClock(): Clock | null {
    const clock = this.#prober?.clock ?? null;
    this.#sink.publisherClock = clock;
    return clock;
  }

  #askQuickly(): void {
    this.#quick = 0;
    this.#ask();
  }

  #ask(): void {
    this.#cancel();
    this.#tellClock();
    this.#prober?.ask(null);
    const delayMs = quickMs[this.#quick] ?? everyMs;
    this.#quick = Math.min(this.#quick + 1, quickMs.length);
    this.#cancel = this.#ports.setTimer(() => this.#ask(), delayMs);
  }
}
