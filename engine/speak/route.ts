import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { readBody } from "../wire/body.ts";
import { bodyTooLarge, type WireError } from "../wire/errors.ts";
import type { Query } from "../wire/query.ts";
import { createSpeechEncoder } from "./encoders.ts";
import { contentType } from "./formats.ts";
import { parseSpeakQuery } from "./query.ts";
import type { SpeakQuestion } from "./questions.ts";
import { splitSentences, toFliteText } from "./sentences.ts";
import { readText } from "./text.ts";
import { FLITE_RATE } from "./voices.ts";

/** Reference 6.6. */
const MAX_BODY_BYTES = 2 * 1024 * 1024;

/** Encoded at once, so that a long sentence does not keep this thread from the live streams: a few milliseconds of work. */
const PIECE_SAMPLES = FLITE_RATE / 4;

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
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === null) return refuse(bodyTooLarge("2 MB"));
  const read = readText(request.headers["content-type"], body);
  if (!read.ok) return refuse(read.error);

  const { voice, format, speed } = parsed.options;
  const encoder = await createSpeechEncoder(format);
  response.writeHead(200, {
    "content-type": contentType(format),
    "dg-model-name": voice.name,
    "dg-model-uuid": voice.uuid,
    "dg-char-count": String(read.characters),
  });
  response.flushHeaders();
  try {
    await write(response, encoder.header);
    for (const sentence of splitSentences(read.text)) {
      const samples = await synthesise({
        text: toFliteText(sentence),
        voice: voice.flite,
        stretch: 1 / speed,
      });
      for (let at = 0; at < samples.length; at += PIECE_SAMPLES) {
        if (response.destroyed) return;
        await write(response, encoder.encode(samples.subarray(at, at + PIECE_SAMPLES)));
        await nextTurn();
      }
    }
    response.end(encoder.finish());
  } finally {
    encoder.free();
  }
}

/** Resolves when the client has room for more, or is gone. */
function write(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0 || response.write(bytes)) return Promise.resolve();
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
