import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { mediaTypeOf, readBody, readChunks } from "../wire/body.ts";
import {
  badPayload,
  bodyTooLarge,
  gatewayTimeout,
  invalidJson,
  remoteContent,
  tooManyRequests,
  undecodableAudio,
  type WireError,
} from "../wire/errors.ts";
import type { Query } from "../wire/query.ts";
import { parseBatchQuery } from "./query.ts";
import { batchResponse } from "./response.ts";
import { type BatchEars, transcribe } from "./transcribe.ts";

/** More than two hours of 16-bit audio at 16 kHz. What is recognised leaves memory, so that this bounds time, not memory. */
const MAX_AUDIO_BYTES = 256 * 1024 * 1024;
const MAX_JSON_BYTES = 64 * 1024;
/** Deepgram's own limit (reference 9). */
export const PROCESSING_LIMIT_MS = 10 * 60_000;
/** Recordings worked on at once. Each may keep the voice activity detector from live streams for a few milliseconds. */
const MAX_AT_ONCE = 8;

export type BatchContext = { requestId: string; date: () => Date; refuse(error: WireError): void };

export type BatchHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  query: Query,
  context: BatchContext,
) => Promise<void>;

/** Answers `POST /v1/listen` of requests whose credential and parameter names have been checked. */
export function createBatchHandler(ears: BatchEars): BatchHandler {
  let running = 0;
  return async (request, response, query, context) => {
    const parsed = parseBatchQuery(query);
    if (!parsed.ok) return context.refuse(parsed.error);
    if (mediaTypeOf(request) === "application/json") return context.refuse(await refuseJson(request));
    if (Number(request.headers["content-length"] ?? 0) > MAX_AUDIO_BYTES)
      return context.refuse(bodyTooLarge("256 MB"));
    if (running >= MAX_AT_ONCE) return context.refuse(tooManyRequests());
    running++;
    const gone = new AbortController();
    const leave = () => gone.abort();
    response.on("close", leave);
    const timeout = AbortSignal.timeout(PROCESSING_LIMIT_MS);
    try {
      const created = context.date().toISOString();
      const chunks = limited(readChunks(request), MAX_AUDIO_BYTES);
      const signal = AbortSignal.any([gone.signal, timeout]);
      const heard = await transcribe(chunks, parsed.options.recognition, ears, signal);
      if (heard === null) return context.refuse(undecodableAudio());
      const answer = batchResponse(heard, parsed.options, { requestId: context.requestId, created });
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer));
    } catch (error) {
      if (error instanceof TooLarge) return context.refuse(bodyTooLarge("256 MB"));
      if (gone.signal.aborted) return;
      if (timeout.aborted) return context.refuse(gatewayTimeout());
      throw error;
    } finally {
      running--;
      response.off("close", leave);
    }
  };
}

const remoteSchema = v.object({ url: v.string() });

/** A JSON body names audio on another server, which this engine does not fetch. */
async function refuseJson(request: IncomingMessage): Promise<WireError> {
  const body = await readBody(request, MAX_JSON_BYTES);
  if (body === null) return bodyTooLarge("64 KB");
  try {
    return v.is(remoteSchema, JSON.parse(body.toString("utf8")))
      ? remoteContent("url is not available here; send the audio itself, as audio/wav for instance.")
      : badPayload("Send audio, with its own content type, or an object with a url.");
  } catch {
    return invalidJson("The body is not JSON.");
  }
}

class TooLarge extends Error {}

async function* limited(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge();
    yield chunk;
  }
}
