import type { Judge } from "../../engine/listen/intake.ts";

/** Loud bytes for speech, zeros for silence: 16 kHz linear16. */
export function sound(seconds: number, loud: boolean): Uint8Array {
  const bytes = new Uint8Array(seconds * 16_000 * 2);
  if (loud) for (let at = 1; at < bytes.length; at += 2) bytes[at] = 0x40;
  return bytes;
}

/** A detector that takes loud for speech. */
export const judgeLoud: Judge = async (audio, memory) => ({
  memory,
  probabilities: Array.from({ length: audio.length / 512 }, (_, n) =>
    (audio[n * 512 + 511] ?? 0) > 0.1 ? 0.9 : 0.01,
  ),
});
