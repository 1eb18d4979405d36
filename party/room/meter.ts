import type { AudioFormat } from "../../shared/audio.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Allowance } from "./door/allowance.ts";
import { type Bucket, emptyBucket, poured, type Rate } from "./door/bucket.ts";

/** Milliseconds of audio. Speech cannot come faster than it is spoken, but what was kept comes after an interruption. */
const rate: Rate = { burst: limits.audioAheadMaxMs, perSecond: 1_000 * limits.audioRateMax };

/** How fast audio comes into a room, all its sessions together. */
export class AudioRate {
  readonly #now: () => number;
  #bucket: Bucket = emptyBucket;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Throws `rate_limited` when audio comes faster than time goes by, for longer than an interruption explains. Answers what
   * counts it.
   */
  check(audioMs: number): () => void {
    const next = poured(this.#bucket, audioMs, rate, this.#now());
    if (next === null) throw new CaptionwireError("rate_limited", "Audio comes faster than it is spoken.");
    return () => {
      this.#bucket = next;
    };
  }
}

/** Counts a session's audio, each moment of it once, however often it is sent. */
export class AudioMeter {
  readonly #session: string;
  readonly #format: AudioFormat;
  readonly #rate: AudioRate;
  #countedTo: number;

  /** @param begin position, samples: whatever comes before it was counted by an earlier one */
  constructor(session: string, format: AudioFormat, begin: number, audioRate: AudioRate) {
    this.#session = session;
    this.#format = format;
    this.#countedTo = begin;
    this.#rate = audioRate;
  }

  /**
   * Takes account of the samples between two positions before they are kept. Throws `rate_limited`, or `cap_reached` when the
   * publisher's token does not allow so much.
   */
  take(from: number, to: number, allowance: Allowance | null): void {
    const begin = Math.max(this.#countedTo, from);
    const count = this.#rate.check(this.#ms(Math.max(0, to - begin)));
    const isPaid =
      allowance?.take(this.#session, Math.floor(this.#ms(from)), Math.ceil(this.#ms(to))) ?? true;
    if (!isPaid) throw new CaptionwireError("cap_reached", "The token allows no more seconds of audio.");
    count();
    this.#countedTo = Math.max(this.#countedTo, to);
  }

  #ms(samples: number): number {
    return (samples * 1_000) / this.#format.sampleRate;
  }
}
