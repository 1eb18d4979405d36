import type { AudioFormat } from "../../../shared/audio.ts";

/**
 * The tape: audio whose words can be read back exactly. Each half second says one word number: 400 ms of samples that
 * all have that number (above a loudness that all words share) as their value, then 100 ms of zeros. So a lost, doubled
 * or misplaced sample shows.
 */
export const tapeFormat: AudioFormat = { encoding: "linear16", sampleRate: 8000, channels: 1 };
export const unitSamples = 4000;
export const runSamples = 3200;
export const quietSamples = unitSamples - runSamples;

/** To whoever measures levels a word must sound like one. */
export const loudness = 2_000;

/** One word from 1 to 30,000, or a half second of silence for 0. */
export function tapeUnit(word: number): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(unitSamples);
  if (word !== 0) samples.fill(loudness + word, 0, runSamples);
  return new Uint8Array(samples.buffer);
}

export function tapeOf(words: readonly number[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(words.length * unitSamples * 2);
  for (const [at, word] of words.entries()) bytes.set(tapeUnit(word), at * unitSamples * 2);
  return bytes;
}

/** How a word is written in captions; `null` for what is none of the tape's. */
export function readTapeWord(text: string): { readonly word: number; readonly cut: boolean } | null {
  const match = /^(w|cut)(\d+)[.,]?$/i.exec(text);
  if (match === null) return null;
  return { word: Number(match[2]), cut: match[1]?.toLowerCase() === "cut" };
}

export function samplesOfMs(ms: number): number {
  return (ms * tapeFormat.sampleRate) / 1000;
}

export function msOf(samples: number): number {
  return (samples * 1000) / tapeFormat.sampleRate;
}

/** Providers print times as 32-bit floats. */
export function secondsOf(samples: number): number {
  return Math.fround(samples / tapeFormat.sampleRate);
}
