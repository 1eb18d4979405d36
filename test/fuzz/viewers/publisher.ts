import * as v from "valibot";
import { PublisherFrameSchema } from "../../../shared/protocol.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Clock } from "../room/clock.ts";
import type { Host, Wire } from "./host.ts";
import { bytesPerSecond } from "./provider.ts";

const sampleRate = bytesPerSecond / 2;
const sliceMs = 500;
const sliceSamples = (sampleRate * sliceMs) / 1_000;
const address = new URL("ws://room.test/?role=publisher");

/** A publisher that is never quiet, comes back by itself, and sometimes has lost what it should resend. */
export class Publisher {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #host: Host;
  #wire: Wire | null = null;
  #session: string | null = null;
  #key = 0;
  /** Samples spoken, sent, and no longer held. */
  #head = 0;
  #sent = 0;
  #forgotten = 0;
  #isReady = false;
  #isFinishing = false;
  /** Finishes, and begins no other session. */
  #isLast = false;
  isDone = false;

  constructor(clock: Clock, random: Random, host: Host) {
    this.#clock = clock;
    this.#random = random;
    this.#host = host;
    this.#connect();
    this.#speak();
  }

  /** The session ends; another one follows, unless this is the last. */
  finish(isLast: boolean): void {
    this.#isLast ||= isLast;
    this.#isFinishing = true;
    if (this.#isReady) this.#sendFinish();
  }

  /** It is gone in the middle of a word, and never comes back. */
  vanish(): void {
    this.isDone = true;
    if (this.#wire !== null) this.#host.left(this.#wire);
    this.#drop();
  }

  /** Its network fails; on its return it may not have everything any more. */
  cut(forMs: number): void {
    const wire = this.#wire;
    if (wire === null) return;
    this.#drop();
    this.#host.left(wire);
    if (this.#random.chance(0.3)) this.#clock.set(() => this.#forget(), forMs / 2);
    this.#clock.set(() => this.#connect(), forMs);
  }

  #forget(): void {
    this.#forgotten = this.#head;
  }

  #speak(): void {
    if (this.isDone) return;
    if (!this.#isFinishing) this.#head += sliceSamples;
    if (this.#isReady) this.#send();
    this.#clock.set(() => this.#speak(), sliceMs);
  }

  #send(): void {
    const wire = this.#wire;
    if (wire === null) return;
    for (; this.#sent < this.#head; this.#sent += sliceSamples) {
      this.#host.received(wire, new Uint8Array(2 * Math.min(sliceSamples, this.#head - this.#sent)));
    }
  }

  #sendFinish(): void {
    this.#send();
    if (this.#wire !== null) this.#host.received(this.#wire, JSON.stringify({ type: "finish" }));
  }

  #connect(): void {
    if (this.isDone || this.#wire !== null) return;
    const wire: Wire = {
      id: `publisher-${this.#random.int(0, 2 ** 31)}`,
      role: "publisher",
      url: address,
      lastPingAt: null,
      tell: (text) => {
        this.#clock.set(() => {
          if (this.#wire === wire) this.#hear(text);
        }, 10);
      },
      close: () => {
        this.#clock.set(() => this.#lost(wire), 20);
      },
      hostDied: () => this.#lost(wire),
    };
    this.#wire = wire;
    this.#host.joined(wire);
    const start = {
      type: "start",
      encoding: "linear16",
      sampleRate,
      channels: 1,
      key: `key-of-the-publisher-${this.#key}`,
      position: this.#forgotten,
      ...(this.#session === null ? {} : { session: this.#session }),
    };
    this.#host.received(wire, JSON.stringify(start));
  }

  #hear(text: string): void {
    const frame = v.parse(PublisherFrameSchema, JSON.parse(text));
    switch (frame.type) {
      case "ready":
        this.#session = frame.session;
        this.#sent = frame.resumeFrom;
        this.#head = Math.max(this.#head, frame.resumeFrom);
        this.#isReady = true;
        this.#send();
        if (this.#isFinishing) this.#sendFinish();
        break;
      case "ack":
        this.#forgotten = Math.max(this.#forgotten, frame.position);
        break;
      case "finished":
        this.#ended();
        break;
      case "error":
        if (frame.code === "session_ended") this.#ended();
        break;
      case "status":
      case "audience":
      case "probe":
        break;
      default:
        frame satisfies never;
    }
  }

  #ended(): void {
    this.#session = null;
    this.#key += 1;
    this.#head = 0;
    this.#sent = 0;
    this.#forgotten = 0;
    this.#isFinishing = false;
    if (this.#isLast) this.isDone = true;
  }

  #lost(wire: Wire): void {
    this.#host.left(wire);
    if (this.#wire !== wire) return;
    this.#drop();
    this.#clock.set(() => this.#connect(), this.#random.int(100, 3_000));
  }

  #drop(): void {
    this.#wire = null;
    this.#isReady = false;
  }
}
