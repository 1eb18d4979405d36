import * as v from "valibot";
import type { AudioFormat } from "../shared/audio.ts";
import type { TokenRequest } from "../shared/claims.ts";
import { UserError } from "./errors.ts";

/** A running Captionwire and the key that mints tokens for it. */
export type Service = { readonly url: string; readonly apiKey: string };

const TokenSchema = v.object({ token: v.string() });

export async function mintToken(service: Service, request: TokenRequest): Promise<string> {
  const response = await ask(`${service.url}/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${service.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const parsed = v.safeParse(TokenSchema, await response.json());
  if (!parsed.success) throw new UserError(`${service.url}/v1/tokens answered without a token.`);
  return parsed.output.token;
}

export type Speech = {
  readonly format: AudioFormat;
  readonly data: Uint8Array;
  /** From asking to the first byte of sound. */
  readonly firstByteMs: number;
};

/** What speech-to-text likes best: 16 kHz, one channel. */
const speechFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;

/** Has the service speak a text; all of it, before it returns. */
export async function speak(service: Service, text: string): Promise<Speech> {
  const token = await mintToken(service, { scopes: ["speak"] });
  const query = new URLSearchParams({
    model: "aura-2-thalia-en",
    encoding: speechFormat.encoding,
    container: "none",
    sample_rate: String(speechFormat.sampleRate),
  });
  const asked = performance.now();
  const response = await ask(`${service.url}/v1/speak?${query}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
  const chunks: Uint8Array[] = [];
  let firstByteMs: number | null = null;
  for await (const chunk of response.body ?? []) {
    firstByteMs ??= performance.now() - asked;
    chunks.push(chunk);
  }
  if (firstByteMs === null)
    throw new UserError("The service spoke nothing: /v1/speak answered with no audio.");
  return { format: speechFormat, data: new Uint8Array(Buffer.concat(chunks)), firstByteMs };
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) });
  } catch (error) {
    throw new UserError(`${url} cannot be reached: ${error instanceof Error ? error.message : error}`);
  }
  if (response.ok) return response;
  const said = (await response.text()).slice(0, 300);
  throw new UserError(`${new URL(url).pathname} answered ${response.status}: ${said}`);
}
