import { speak } from "../../cli/speech.ts";
import type { AudioFormat } from "../../shared/audio.ts";
import type { TestStack } from "./stack.ts";

export type Speech = { readonly format: AudioFormat; readonly data: Uint8Array };

const spoken = new Map<string, Promise<Speech>>();

/** The text as speech (linear16, 16 kHz, one channel), made by the stack's own `/v1/speak`; each text once a test file. */
export function speech(stack: TestStack, text: string): Promise<Speech> {
  const known = spoken.get(text);
  if (known !== undefined) return known;
  const made = speak(stack, text);
  spoken.set(text, made);
  return made;
}
