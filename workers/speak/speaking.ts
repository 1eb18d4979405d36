import type { Context } from "hono";
import type { Grant } from "../../shared/claims.ts";
import { timing } from "../../shared/limits.ts";
import type { App } from "../app.ts";
import { bodyOf } from "./answer.ts";
import { withCache } from "./cache.ts";
import { contentType, isStitchable } from "./formats.ts";
import { type Orders, ordersFor, singleOrder } from "./orders.ts";
import { ChunkFailure, refusalOf } from "./pipeline/failure.ts";
import type { SpeakPorts } from "./pipeline/ports.ts";
import { type Speech, startSpeech } from "./pipeline/speech.ts";
import { cachedHeader, Tally } from "./pipeline/tally.ts";
import { type Payload, providerOf, textPayload } from "./provider.ts";
import { badFormat } from "./refusal.ts";
import { type End, type Report, type Request, reportOf } from "./report.ts";
import type { SpeakBody } from "./request/body.ts";
import { chunkQuery, type SpeakQuery } from "./request/query.ts";
import { createStitcher } from "./stitch/index.ts";

/** One request to speak: who asks, for what, and where it is told how it went. */
export type Order = {
  readonly requestId: string;
  readonly grant: Grant;
  readonly query: SpeakQuery;
  readonly body: SpeakBody;
  note(report: Report): Promise<void>;
  /** Called once, when nothing more happens for this request. */
  over(): void;
};

/** Nobody reads it; logs know it by this number. */
const clientClosedRequest = 499;

/** Answers with the audio as soon as its first byte is here. Throws a `SpeakRefusal` before. */
export async function speakOut(c: Context<App>, order: Order): Promise<Response> {
  const { requestId, query, body } = order;
  const orders = body.kind === "text" ? ordersFor(body.text, query.model) : singleOrder("", 0);
  const stitcher = stitcherFor(query, orders);
  const startedAt = Date.now();
  const characters = body.kind === "text" ? body.characters : 0;
  const request: Request = { requestId, startedAt, query, characters };
  const tally = new Tally();
  const ended = Promise.withResolvers<End>();
  c.executionCtx.waitUntil(ended.promise.then((end) => noteEnd(order, reportOf(request, tally, end))));
  const stop = new AbortController();
  const left = (): void => {
    ended.resolve({ state: "cancelled", at: Date.now() });
    stop.abort();
  };
  // A listener that goes away is not spoken to any longer (needs the flag enable_request_signal).
  const { signal } = c.req.raw;
  if (signal.aborted) left();
  else signal.addEventListener("abort", left, { once: true });
  const failed = (error: unknown): void => ended.resolve({ state: "failed", at: Date.now(), error });

  try {
    const speech = await startSpeech(orders.all, stitcher, {
      ports: portsFor(c, order, orders),
      patience: c.var.config.speakPatience,
      tally,
      stop,
    });
    const note = (): void => c.executionCtx.waitUntil(order.note(reportOf(request, tally, null)));
    const noting = setTimeout(note, timing.speakReportRunningMs);
    void ended.promise.then(() => clearTimeout(noting));
    const complete = (): void => ended.resolve({ state: "complete", at: Date.now() });
    const headers = headersOf(speech, order, orders, Date.now() - startedAt);
    return new Response(bodyOf(speech, { complete, failed, left }), { headers });
  } catch (error) {
    failed(error);
    if (stop.signal.aborted) return new Response(null, { status: clientClosedRequest });
    throw error instanceof ChunkFailure ? refusalOf(error.failure) : error;
  }
}

/** Nobody waits for it but one who asks; the same token's next request perhaps does. */
async function noteEnd(order: Order, report: Report): Promise<void> {
  order.over();
  if (report.state === "complete")
    await new Promise((resolve) => setTimeout(resolve, timing.speakReportDelayMs));
  await order.note(report);
}

function stitcherFor({ format }: SpeakQuery, { isSingle }: Orders) {
  if (isSingle) return null;
  if (isStitchable(format)) return createStitcher(format);
  throw badFormat(
    `A text of this length is spoken in several parts, which cannot be joined in ${format.encoding}. Send mp3, linear16, mulaw, alaw or opus, or a shorter text.`,
  );
}

function portsFor(c: Context<App>, { grant, query, body }: Order, { isSingle }: Orders): SpeakPorts {
  const { provider, speakCache } = c.var.config;
  const own = isSingle ? query.asked : chunkQuery(query);
  const ports = {
    now: Date.now,
    random: Math.random,
    setTimer(run: () => void, delayMs: number) {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  if (body.kind === "url") {
    const payload: Payload = () => ({ url: body.url });
    return { ...ports, ask: providerOf(provider, own, payload) };
  }
  const ask = providerOf(provider, own, textPayload);
  if (speakCache === "off" || /\bno-(?:store|cache)\b/i.test(c.req.header("cache-control") ?? "")) {
    return { ...ports, ask };
  }
  return {
    ...ports,
    ask: withCache(ask, {
      cache: caches.default,
      // All Workers of a zone have the same cache, and each may have a provider of its own.
      scope: JSON.stringify([provider.baseUrl, speakCache === "shared" ? null : grant.tenant]),
      query: own,
      later: (work) => c.executionCtx.waitUntil(work),
    }),
  };
}

/** What a client may read of the provider's answer; anything else (cookies, project ids, rate headers) stays here. */
const passedHeaders = [
  "dg-model-name",
  "dg-model-uuid",
  "dg-additional-model-uuids",
  "dg-request-id",
] as const;

/** Those that count for one chunk only. */
const countingHeaders = [
  "dg-char-count",
  "dg-breaks-applied",
  "dg-pronunciations-applied",
  "dg-pronunciation-warnings",
] as const;

function headersOf(
  { headers: provider }: Speech,
  order: Order,
  { isSingle }: Orders,
  firstByteMs: number,
): Headers {
  const { requestId, query, body } = order;
  const headers = new Headers({
    "content-type": (isSingle ? provider.get("content-type") : null) ?? contentType(query.format),
    "x-request-id": requestId,
    "server-timing": `first-byte;dur=${firstByteMs}`,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
  });
  for (const name of isSingle ? [...passedHeaders, ...countingHeaders] : passedHeaders) {
    const value = provider.get(name);
    if (value !== null) headers.set(name, value);
  }
  if (body.kind === "text" && !headers.has("dg-char-count")) {
    headers.set("dg-char-count", String(body.characters));
  }
  // From the cache: the provider has not heard of this request.
  if (!headers.has("dg-request-id")) headers.set("dg-request-id", requestId);
  if (provider.has(cachedHeader)) headers.set(cachedHeader, "first");
  return headers;
}
