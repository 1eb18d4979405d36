import { type AudioFormat, samplesToMs } from "../../shared/audio.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Allowance } from "./door/allowance.ts";
import { type Bucket, emptyBucket, poured, type Rate } from "./door/bucket.ts";

/** Milliseconds of audio. Speech cannot come faster than it is spoken, but what was kept comes after an interruption. */
const rate: Rate = { burst: limits.audioAheadMaxMs, perSecond: 1_000 * limits.audioRateMax };

/** Counts a session's audio, each moment of it once, however often it is sent. */
export class AudioMeter {
  readonly #session: string;
  readonly #format: AudioFormat;
  readonly #now: () => number;
  #countedTo: number;
  #bucket: Bucket = emptyBucket;

  /** @param begin position, samples: whatever comes before it was counted by an earlier one */
  constructor(session: string, format: AudioFormat, begin: number, now: () => number) {
    this.#session = session;
    this.#format = format;
    this.#countedTo = begin;
    this.#now = now;
  }

  /**
   * Takes account of the samples between two positions before they are kept. Throws `rate_limited` when audio comes faster
   * than time goes by, and `cap_reached` when the publisher's token does not allow so much.
   */
  take(from: number, to: number, allowance: Allowance | null): void {
    const begin = Math.max(this.#countedTo, from);
    const newMs = (Math.max(0, to - begin) * 1_000) / this.#format.sampleRate;
    const next = poured(this.#bucket, newMs, rate, this.#now());
    if (next === null) throw new CaptionwireError("rate_limited", "Audio comes faster than it is spoken.");
    const isPaid = allowance?.take(this.#session, samplesToMs(from, this.#format), this.#msUp(to)) ?? true;
    if (!isPaid) throw new CaptionwireError("cap_reached", "The token allows no more seconds of audio.");
    this.#bucket = next;
    this.#countedTo = Math.max(this.#countedTo, to);
  }

  #msUp(samples: number): number {
    return Math.ceil((samples * 1_000) / this.#format.sampleRate);
  }
}
