import type { Context } from "hono";
import { platform } from "../../party/platform.ts";
import { timing } from "../../shared/limits.ts";
import type { Report } from "../../shared/speak-report.ts";
import type { App } from "../http/app.ts";
import { isInGoodStanding } from "../tokens/standing.ts";
import { bodyOf } from "./answer.ts";
import { withCache } from "./cache.ts";
import { isStitchable } from "./formats.ts";
import { headersOf } from "./headers.ts";
import type { Job } from "./job.ts";
import { type Orders, ordersFor, singleOrder } from "./orders.ts";
import { ChunkFailure, refusalOf } from "./pipeline/failure.ts";
import type { SpeakPorts } from "./pipeline/ports.ts";
import { startSpeech } from "./pipeline/speech.ts";
import { Tally } from "./pipeline/tally.ts";
import { type Payload, providerOf, textPayload } from "./provider.ts";
import { badFormat } from "./refusal.ts";
import { type End, type Request, reportOf } from "./report.ts";
import { chunkQuery, type SpeakQuery } from "./request/query.ts";
import { asItIs, createStitcher } from "./stitch/index.ts";

/** Nobody reads it; logs know it by this number. */
const clientClosedRequest = 499;

/** Answers with the audio as soon as its first byte is here. Throws a `SpeakRefusal` before. */
export async function speakOut(c: Context<App>, job: Job): Promise<Response> {
  const { requestId, query, body } = job;
  const orders = body.kind === "text" ? ordersFor(body.text, query.model) : singleOrder("", 0);
  const stitcher = stitcherFor(query, orders);
  if (stitcher === null) {
    job.over(0);
    throw badFormat(
      `A text of this length is spoken in several parts, which cannot be joined in ${query.format.encoding}. Send mp3, linear16, mulaw, alaw or opus, or a shorter text.`,
    );
  }
  const startedAt = Date.now();
  const characters = body.kind === "text" ? body.characters : 0;
  const request: Request = { requestId, startedAt, query, characters };
  const tally = new Tally();
  const ended = Promise.withResolvers<End>();
  c.executionCtx.waitUntil(ended.promise.then((end) => noteEnd(job, reportOf(request, tally, end))));
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
      ports: portsFor(c, job, orders),
      patience: c.var.config.speakPatience,
      tally,
      stop,
    });
    const note = (): void => c.executionCtx.waitUntil(job.note(reportOf(request, tally, null)));
    const noting = setTimeout(note, timing.speakReportRunningMs);
    void ended.promise.then(() => clearTimeout(noting));
    const complete = (): void => ended.resolve({ state: "complete", at: Date.now() });
    const headers = headersOf(speech, job, orders, Date.now() - startedAt);
    return new Response(bodyOf(speech, { complete, failed, left }), { headers });
  } catch (error) {
    failed(error);
    if (stop.signal.aborted) return new Response(null, { status: clientClosedRequest });
    throw error instanceof ChunkFailure ? refusalOf(error.failure) : error;
  }
}

/** Nobody waits for it but one who asks; the same token's next request perhaps does. */
async function noteEnd(job: Job, report: Report): Promise<void> {
  job.over(report.charactersAsked);
  if (report.state === "complete") await scheduler.wait(timing.speakReportDelayMs);
  await job.note(report);
}

function stitcherFor({ format }: SpeakQuery, { isSingle }: Orders) {
  if (isSingle) return asItIs;
  return isStitchable(format) ? createStitcher(format) : null;
}

function portsFor(c: Context<App>, { grant, query, body }: Job, { isSingle }: Orders): SpeakPorts {
  const { provider, speakCache } = c.var.config;
  const own = isSingle ? query.asked : chunkQuery(query);
  const mayGoOn = () => isInGoodStanding(c.env, grant);
  if (body.kind === "url") {
    const payload: Payload = () => ({ url: body.url });
    return { ...platform, mayGoOn, ask: providerOf(provider, own, payload) };
  }
  const ask = providerOf(provider, own, textPayload);
  if (speakCache === "off" || /\bno-(?:store|cache)\b/i.test(c.req.header("cache-control") ?? "")) {
    return { ...platform, mayGoOn, ask };
  }
  return {
    ...platform,
    mayGoOn,
    ask: withCache(ask, {
      cache: caches.default,
      // All Workers of a zone have the same cache, and each may have a provider of its own.
      scope: JSON.stringify([provider.baseUrl, speakCache === "shared" ? null : grant.tenant]),
      query: own,
      later: (work) => c.executionCtx.waitUntil(work),
    }),
  };
}
