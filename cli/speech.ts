import { type AudioFormat, bytesToSamples, samplesToMs } from "../shared/audio.ts";
import { ask, mintToken, type Service } from "./api.ts";
import { messageOf, UserError } from "./errors.ts";

/** Whoever speaks at `/v1/speak`: a Captionwire, a speech engine, Deepgram. */
export type Speaker = {
  readonly url: string;
  readonly model: string;
  /** The whole header. */
  readonly authorization: string;
  /** Gives up what is under way, whose rejection is then the signal's. */
  readonly signal?: AbortSignal;
};

export type Speech = {
  readonly format: AudioFormat;
  readonly data: Uint8Array;
  /** From asking to the first byte of sound, and to the last. */
  readonly firstByteMs: number;
  readonly totalMs: number;
  /** What was spoken lasts so long. */
  readonly audioMs: number;
};

/** What speech-to-text likes best: 16 kHz. */
const heardRate = 16_000;
const withinMs = 120_000;

/** Has a text spoken; all of it, before it returns. Throws a `UserError` when that is refused or breaks off. */
export async function speakRaw(speaker: Speaker, text: string, sampleRate = heardRate): Promise<Speech> {
  const { url, model, authorization, signal } = speaker;
  // Raw, so that the first byte is one of sound and the bytes say how long it lasts.
  const format = { encoding: "linear16", sampleRate, channels: 1 } as const;
  const query = new URLSearchParams({
    model,
    encoding: format.encoding,
    sample_rate: String(sampleRate),
    container: "none",
  });
  const late = AbortSignal.timeout(withinMs);
  const asked = performance.now();
  const chunks: Uint8Array[] = [];
  let firstByteMs: number | null = null;
  try {
    const response = await ask(`${url}/v1/speak?${query}`, {
      method: "POST",
      headers: {
        authorization,
        "content-type": "application/json",
        // What was kept is spoken by nobody.
        "cache-control": "no-store",
      },
      body: JSON.stringify({ text }),
      signal: signal === undefined ? late : AbortSignal.any([signal, late]),
    });
    for await (const chunk of response.body ?? []) {
      if (chunk.length > 0) firstByteMs ??= performance.now() - asked;
      chunks.push(chunk);
    }
  } catch (error) {
    if (signal?.aborted || error instanceof UserError) throw error;
    throw new UserError(`The sound of ${url} broke off: ${messageOf(error)}`);
  }
  const totalMs = performance.now() - asked;
  if (firstByteMs === null) throw new UserError(`${url}/v1/speak answered with no audio.`);
  const data = new Uint8Array(Buffer.concat(chunks));
  const audioMs = samplesToMs(bytesToSamples(data.length, format), format);
  return { format, data, firstByteMs, totalMs, audioMs };
}

/** Has a Captionwire speak a text, with a token made for it. */
export async function speak(service: Service, text: string): Promise<Speech> {
  const token = await mintToken(service, { scopes: ["speak"] });
  return speakRaw({ url: service.url, model: "aura-2-thalia-en", authorization: `Bearer ${token}` }, text);
}
