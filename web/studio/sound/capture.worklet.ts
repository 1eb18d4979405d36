import { linear16 } from "./linear16.ts";
import { createResampler } from "./resample.ts";

// What there is on the audio thread; the DOM's types do not know it.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

const toRate = 16_000;
/** 50 ms. */
const pieceSamples = toRate / 20;
/** More than a thread that was late makes up for. */
const standstillMs = 1_000;

/**
 * Runs on the audio thread, which goes on whatever the page does: resamples what it hears and posts it in pieces, 16-bit, each
 * with the time before its end in which the thread itself stood still: the context was suspended, or the machine asleep. Messages
 * wait for a page that is busy; told to finish, it posts the rest.
 */
class Capture extends AudioWorkletProcessor {
  readonly #resampler = createResampler(Math.round(sampleRate), toRate);
  #piece = new Int16Array(pieceSamples);
  #filled = 0;
  /** Epoch milliseconds: this thread's own count of frames stands still with it. `null` before the first. */
  #calledAt: number | null = null;
  #stoodStillMs = 0;
  #isOver = false;

  constructor() {
    super();
    this.port.onmessage = () => this.#finish();
  }

  process([input]: Float32Array[][]): boolean {
    const now = Date.now();
    const sinceMs = now - (this.#calledAt ?? now);
    if (sinceMs >= standstillMs) this.#stoodStillMs += sinceMs;
    this.#calledAt = now;
    const channel = input?.[0];
    // No channel means that nothing is connected right now.
    if (channel !== undefined && !this.#isOver) this.#resampler.push(channel, this.#take);
    return !this.#isOver;
  }

  readonly #take = (sample: number): void => {
    this.#piece[this.#filled++] = linear16(sample);
    if (this.#filled === pieceSamples) this.#post(this.#piece, false);
  };

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#resampler.finish(this.#take);
    this.#post(this.#piece.slice(0, this.#filled), true);
  }

  #post(piece: Int16Array<ArrayBuffer>, isLast: boolean): void {
    this.port.postMessage({ audio: piece.buffer, stoodStillMs: this.#stoodStillMs, isLast }, [piece.buffer]);
    this.#stoodStillMs = 0;
    this.#piece = new Int16Array(pieceSamples);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
