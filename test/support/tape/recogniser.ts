import { loudness, quietSamples, runSamples } from "./tape.ts";

/** A word as it was found in one stream, in samples since that stream began. */
export type Run = {
  readonly word: number;
  readonly from: number;
  readonly to: number;
  /** It is there from end to end, and nothing next to it is missing. */
  readonly whole: boolean;
};

/** Reads the tape back from a stream of linear16 bytes, in frames of any length. */
export class Recogniser {
  #fed = 0;
  #value = 0;
  /** Where the run or the silence that is being read began. */
  #since = 0;
  #lastRunEnd: number | null = null;
  #torn: number | null = null;

  /** Samples read so far. */
  get fed(): number {
    return this.#fed;
  }

  /** Start of the word that is being read; `null` in silence. */
  get openFrom(): number | null {
    return this.#value === 0 ? null : this.#since;
  }

  /** The words that end within these bytes. */
  feed(bytes: Uint8Array): readonly Run[] {
    const runs: Run[] = [];
    let at = 0;
    if (this.#torn !== null && bytes.length > 0) {
      this.#take(this.#torn | ((bytes[0] ?? 0) << 8), runs);
      this.#torn = null;
      at = 1;
    }
    for (; at + 1 < bytes.length; at += 2) this.#take((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8), runs);
    if (at < bytes.length) this.#torn = bytes[at] ?? 0;
    return runs;
  }

  #take(sample: number, runs: Run[]): void {
    if (sample !== this.#value) this.#turn(sample, runs);
    this.#fed += 1;
  }

  /** The stream is over: the word it ends in, if any. */
  end(): readonly Run[] {
    const runs: Run[] = [];
    if (this.#value !== 0) this.#turn(0, runs);
    return runs;
  }

  #turn(sample: number, runs: Run[]): void {
    if (this.#value !== 0) {
      const quietBefore = this.#lastRunEnd === null ? quietSamples : this.#since - this.#lastRunEnd;
      const whole = this.#fed - this.#since === runSamples && quietBefore >= quietSamples && sample === 0;
      runs.push({ word: this.#value - loudness, from: this.#since, to: this.#fed, whole });
      this.#lastRunEnd = this.#fed;
    }
    this.#value = sample;
    this.#since = this.#fed;
  }
}

/** Everything a finished piece of audio says. */
export function recognise(bytes: Uint8Array): readonly Run[] {
  const recogniser = new Recogniser();
  return [...recogniser.feed(bytes), ...recogniser.end()];
}

export function textOf(run: Run): string {
  return `${run.whole ? "w" : "cut"}${run.word}`;
}
