import type { IncomingMessage, ServerResponse } from "node:http";
import { toLinear16 } from "../audio/pcm.ts";
import { createResampler } from "../audio/resample.ts";
import { openWavHeader } from "../audio/wav.ts";
import { bodyTooLarge, type WireError } from "../wire/errors.ts";
import type { Query } from "../wire/query.ts";
import { parseSpeakQuery, type SpeakOptions } from "./query.ts";
import type { SpeakQuestion } from "./questions.ts";
import { splitSentences, toFliteText } from "./sentences.ts";
import { readText } from "./text.ts";
import { FLITE_RATE } from "./voices.ts";

/** Reference 6.6. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

export type SpeakContext = {
  synthesise(question: SpeakQuestion): Promise<Float32Array>;
  refuse(error: WireError): void;
};

/**
 * Answers `POST /v1/speak` of a request whose credential and parameter names have been checked. Audio is sent sentence by
 * sentence: the next is synthesised when the client has taken the last.
 */
export async function handleSpeak(
  request: IncomingMessage,
  response: ServerResponse,
  query: Query,
  { synthesise, refuse }: SpeakContext,
): Promise<void> {
  const parsed = parseSpeakQuery(query);
  if (!parsed.ok) return refuse(parsed.error);
  const body = await readBody(request);
  if (body === null) return refuse(bodyTooLarge());
  const read = readText(request.headers["content-type"], body);
  if (!read.ok) return refuse(read.error);

  const { options } = parsed;
  response.writeHead(200, {
    "content-type": contentType(options),
    "dg-model-name": options.voice.name,
    "dg-model-uuid": options.voice.uuid,
    "dg-char-count": String(read.characters),
  });
  response.flushHeaders();
  if (options.container === "wav") response.write(openWavHeader(options.sampleRate));

  const resampler = createResampler(FLITE_RATE, options.sampleRate);
  for (const sentence of splitSentences(read.text)) {
    const samples = await synthesise({
      text: toFliteText(sentence),
      voice: options.voice.flite,
      stretch: 1 / options.speed,
    });
    if (response.destroyed) return;
    await write(response, toLinear16(resampler.push(samples)));
  }
  response.end(toLinear16(resampler.finish()));
}

/** Reference 6.3. */
function contentType({ container, sampleRate }: SpeakOptions): string {
  return container === "wav" ? "audio/wav" : `audio/l16;rate=${sampleRate}`;
}

/** The whole body, or `null` when it is larger than allowed; then the rest is left unread. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Resolves when the client has room for more, or is gone. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (response.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.on("drain", done);
    response.on("close", done);
  });
}
