import { setTimeout as wait } from "node:timers/promises";
import type { PublisherFrame } from "../../../shared/protocol.ts";
import type { Link } from "./link.ts";

export const sampleRate = 16_000;
export const start = { type: "start", encoding: "linear16", sampleRate, channels: 1 } as const;

/** A room may wait for its provider so long, and a little for itself. */
const finishMs = 40_000;
const bytesPerMs = (2 * sampleRate) / 1_000;
export const frameBytes = 100 * bytesPerMs;

export type Ready = Extract<PublisherFrame, { type: "ready" }>;

/** A publisher by hand: it starts, sends what it is told to, and remembers what was acknowledged. */
export class Speaker {
  readonly link: Link<PublisherFrame>;
  readonly ready: Ready;
  readonly #pace: number;

  private constructor(link: Link<PublisherFrame>, ready: Ready, pace: number) {
    this.link = link;
    this.ready = ready;
    this.#pace = pace;
  }

  static async begin(link: Link<PublisherFrame>, pace: number, more: object = {}): Promise<Speaker> {
    link.send({ ...start, ...more });
    return new Speaker(link, await link.frame("ready"), pace);
  }

  /** Positions in the order in which they were acknowledged, samples. */
  get acks(): number[] {
    return this.link.frames.flatMap((frame) => (frame.type === "ack" ? [frame.position] : []));
  }

  /** Sends audio, evenly. */
  async say(audio: Uint8Array, pace = this.#pace, bytes = frameBytes): Promise<void> {
    const began = performance.now();
    for (let at = 0; at < audio.length; at += bytes) {
      const due = began + at / bytesPerMs / pace;
      if (due > performance.now()) await wait(due - performance.now());
      if (!this.link.isOpen) return;
      this.link.send(audio.subarray(at, at + bytes));
    }
  }

  /** The version that holds the last words. */
  async finish(): Promise<number> {
    this.link.send({ type: "finish" });
    const { version } = await this.link.frame("finished", finishMs);
    return version;
  }
}

export function samplesOf(audio: Uint8Array): number {
  return audio.length / 2;
}

/** From a position on, samples. */
export function audioFrom(audio: Uint8Array, position: number): Uint8Array {
  return audio.subarray(2 * position);
}

export function msOf(samples: number): number {
  return (samples * 1_000) / sampleRate;
}

export function silence(ms: number): Uint8Array {
  return new Uint8Array(ms * bytesPerMs);
}
