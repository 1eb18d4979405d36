import {
  type AudioFormat,
  bytesToSamples,
  msToSamples,
  samplesToBytes,
  samplesToMs,
} from "../../shared/audio.ts";

const frameMs = 100;

/** When which audio was handed to the publisher, on the clock of `performance.now()`. */
export type Timeline = {
  /** Audio handed over so far, in milliseconds of sound. */
  readonly sentMs: number;
  /** When the sound at this position (milliseconds since the session began) had been handed over; null if not yet. */
  sentAt(positionMs: number): number | null;
};

/**
 * Writes a recording as a microphone would: each 100 ms when it has been "spoken", never earlier.
 * Late frames do not delay those after them.
 */
export function playAtRealTime(
  audio: Uint8Array,
  format: AudioFormat,
  write: (frame: Uint8Array) => void,
): { readonly timeline: Timeline; readonly done: Promise<void> } {
  const ends: number[] = [];
  const times: number[] = [];
  const total = bytesToSamples(audio.length, format);
  const step = msToSamples(frameMs, format);

  const timeline: Timeline = {
    get sentMs() {
      return ends.at(-1) ?? 0;
    },
    sentAt(positionMs) {
      const index = ends.findIndex((end) => end >= positionMs);
      // Rounding may put a word's end a millisecond past the last sample.
      return times[index === -1 && positionMs <= (ends.at(-1) ?? 0) + 1 ? times.length - 1 : index] ?? null;
    },
  };

  const play = async (): Promise<void> => {
    const began = performance.now();
    for (let at = 0; at < total; at += step) {
      const end = Math.min(at + step, total);
      const wait = began + samplesToMs(end, format) - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      write(audio.subarray(samplesToBytes(at, format), samplesToBytes(end, format)));
      ends.push(samplesToMs(end, format));
      times.push(performance.now());
    }
  };
  return { timeline, done: play() };
}
