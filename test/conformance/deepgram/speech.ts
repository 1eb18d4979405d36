import { align, countEdits } from "../../../cli/wer/align.ts";
import { normalise } from "../../../cli/wer/normalise.ts";
import { clientOf, type Target } from "./target.ts";

/** Of all linear16 here; one channel. */
export const sampleRate = 16_000;

export const sentence = "Please turn on the lights in the living room.";
export const otherSentence = "The quick brown fox jumps over the lazy dog.";

const spoken = new Map<string, Promise<Uint8Array>>();

/** The text as raw linear16 speech, made by the target's own voice: once a test file. */
export function speech(target: Target, text: string): Promise<Uint8Array> {
  const known = spoken.get(text);
  if (known !== undefined) return known;
  const made = generate(target, text);
  spoken.set(text, made);
  return made;
}

async function generate(target: Target, text: string): Promise<Uint8Array> {
  const response = await clientOf(target).speak.v1.audio.generate({
    text,
    model: "aura-2-thalia-en",
    encoding: "linear16",
    container: "none",
    sample_rate: sampleRate,
  });
  return new Uint8Array(await response.arrayBuffer());
}

export function silence(durationSeconds: number): Uint8Array {
  return new Uint8Array(2 * Math.round(durationSeconds * sampleRate));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** Seconds of sound in raw linear16. */
export function secondsOf(audio: Uint8Array): number {
  return audio.length / (2 * sampleRate);
}

/** Words changed, put in or left out, as a share of the words that were spoken. */
export function wordErrorRate(said: string, heard: string): number {
  const words = normalise(said);
  return countEdits(align(words, normalise(heard))) / words.length;
}
