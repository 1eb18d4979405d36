import { contentType } from "./formats.ts";
import type { Job } from "./job.ts";
import type { Orders } from "./orders.ts";
import type { Speech } from "./pipeline/speech.ts";

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

/** All that an answer with audio may say: pages of other origins have to be allowed to read each by name. */
export const speechHeaders: readonly string[] = [...passedHeaders, ...countingHeaders, "server-timing"];

/** The headers of an answer with audio: Deepgram's, for the whole text, and our own. */
export function headersOf(
  { first: { headers: provider, cache } }: Speech,
  job: Job,
  { isSingle }: Orders,
  firstByteMs: number,
): Headers {
  const { requestId, query, body } = job;
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
  // Of the first chunk; how many came from it in all is in the report.
  if (cache !== "off") headers.set("x-captionwire-cache", cache);
  return headers;
}
