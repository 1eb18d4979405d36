import { type AudioFormat, msToSamples, samplesToBytes, samplesToMs } from "../../shared/audio.ts";
import type { Speech } from "./speech.ts";

export type Line = { readonly voice: string; readonly text: string };

/** Sentences with silence between them, and where each of them lies, milliseconds from the beginning. */
export type Recording = Speech & {
  readonly sentences: readonly { readonly startMs: number; readonly endMs: number }[];
};

/**
 * Sentences that the embedded recogniser understands without an error, each with room to spare: what these tests compare
 * is then what was said, and a word that differs was lost or doubled on the way.
 */
export const clearLines: readonly Line[] = [
  { voice: "aura-asteria-en", text: "She poured a cup of tea and opened the morning paper." },
  { voice: "aura-angus-en", text: "We will meet in front of the library on Monday afternoon." },
  { voice: "aura-helios-en", text: "The train to the coast leaves from platform nine at half past seven." },
  { voice: "aura-asteria-en", text: "The committee could not agree on the price of the new bridge." },
  { voice: "aura-angus-en", text: "A quick brown fox jumped over the lazy dog." },
];

/** Long enough for the recogniser to end a sentence. */
const pauseMs = 700;
const format: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };

/**
 * Has the engine speak each line, with silence after it. The same lines are the same samples every time.
 *
 * @param longPause one of the silences may be longer
 */
export async function record(
  engineUrl: string,
  lines: readonly Line[],
  longPause?: { readonly after: number; readonly ms: number },
): Promise<Recording> {
  const spoken = await Promise.all(lines.map((line) => speak(engineUrl, line)));
  const parts: Uint8Array[] = [];
  const sentences: Recording["sentences"][number][] = [];
  let at = 0;
  for (const [index, audio] of spoken.entries()) {
    const silence = silenceOf(index === longPause?.after ? longPause.ms : pauseMs);
    sentences.push({ startMs: toMs(at), endMs: toMs(at + audio.length) });
    parts.push(audio, silence);
    at += audio.length + silence.length;
  }
  return { format, data: new Uint8Array(Buffer.concat(parts)), sentences };
}

/** The middle of a sentence, where an interruption hurts most. */
export function midSentence({ sentences }: Recording, index: number): number {
  const sentence = sentences[index];
  if (sentence === undefined) throw new Error(`The recording has no sentence ${index}.`);
  return (sentence.startMs + sentence.endMs) / 2;
}

async function speak(engineUrl: string, { voice, text }: Line): Promise<Uint8Array> {
  const query = new URLSearchParams({
    model: voice,
    encoding: format.encoding,
    container: "none",
    sample_rate: String(format.sampleRate),
  });
  const response = await fetch(`${engineUrl}/v1/speak?${query}`, {
    method: "POST",
    headers: { authorization: "Token any", "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
  if (!response.ok) throw new Error(`${voice} does not speak: ${response.status} ${await response.text()}`);
  return new Uint8Array(await response.arrayBuffer());
}

function silenceOf(ms: number): Uint8Array {
  return new Uint8Array(samplesToBytes(msToSamples(ms, format), format));
}

function toMs(bytes: number): number {
  return samplesToMs(bytes / samplesToBytes(1, format), format);
}
