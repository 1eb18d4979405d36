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

/**
 * Runs on the audio thread, which goes on whatever the page does: resamples what it hears and posts it in pieces, 16-bit, each
 * with the count of all samples until its end. Messages wait for a page that is busy; told to finish, it posts the rest.
 */
class Capture extends AudioWorkletProcessor {
  readonly #resampler = createResampler(Math.round(sampleRate), toRate);
  #piece = new Int16Array(pieceSamples);
  #filled = 0;
  #samples = 0;
  #isOver = false;

  constructor() {
    super();
    this.port.onmessage = () => this.#finish();
  }

  process([input]: Float32Array[][]): boolean {
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
    this.#samples += piece.length;
    this.port.postMessage({ audio: piece.buffer, samples: this.#samples, isLast }, [piece.buffer]);
    this.#piece = new Int16Array(pieceSamples);
    this.#filled = 0;
  }
}

registerProcessor("capture", Capture);
