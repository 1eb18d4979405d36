import { type AudioFormat, bytesToSamples, samplesToMs } from "../../../shared/audio.ts";
import { messageOf, UserError } from "../../errors.ts";
import type { Spoken } from "./figures.ts";

/** Whoever speaks at `/v1/speak`. */
export type Speaker = {
  readonly url: string;
  readonly model: string;
  /** The whole header. */
  readonly authorization: string;
  readonly signal: AbortSignal;
};

/** Raw, so that the first byte is one of sound and the bytes say how long it lasts. */
const format: AudioFormat = { encoding: "linear16", sampleRate: 24_000, channels: 1 };
const withinMs = 120_000;

/** Has one text spoken to its end. Throws a `UserError` when that is refused or breaks off. */
export async function timeSpeech(speaker: Speaker, text: string): Promise<Omit<Spoken, "length">> {
  const query = new URLSearchParams({
    model: speaker.model,
    encoding: format.encoding,
    sample_rate: String(format.sampleRate),
    container: "none",
  });
  const asked = performance.now();
  let firstByteMs: number | null = null;
  let bytes = 0;
  try {
    const response = await fetch(`${speaker.url}/v1/speak?${query}`, {
      method: "POST",
      headers: {
        authorization: speaker.authorization,
        "content-type": "application/json",
        // What was kept is spoken by nobody.
        "cache-control": "no-store",
      },
      body: JSON.stringify({ text }),
      signal: AbortSignal.any([speaker.signal, AbortSignal.timeout(withinMs)]),
    });
    if (!response.ok) {
      const said = (await response.text()).slice(0, 300);
      throw new UserError(`${speaker.url}/v1/speak answered ${response.status}: ${said}`);
    }
    for await (const chunk of response.body ?? []) {
      if (chunk.length > 0) firstByteMs ??= performance.now() - asked;
      bytes += chunk.length;
    }
  } catch (error) {
    if (speaker.signal.aborted || error instanceof UserError) throw error;
    throw new UserError(`${speaker.url} does not speak: ${messageOf(error)}`);
  }
  if (firstByteMs === null) throw new UserError(`${speaker.url}/v1/speak answered with no audio.`);
  return {
    characters: text.length,
    first_byte_ms: firstByteMs,
    total_ms: performance.now() - asked,
    audio_ms: samplesToMs(bytesToSamples(bytes, format), format),
  };
}
