import type { Context } from "hono";
import { type CaptionwireError, type ErrorCode, ruleOf } from "../../shared/errors.ts";
import type { App } from "../http/app.ts";
import { SpeakRefusal } from "./refusal.ts";

/** Deepgram's own codes where it has some, so that its clients recognise the case. */
const deepgramCodes: Partial<Record<ErrorCode, string>> = {
  unauthenticated: "INVALID_AUTH",
  token_invalid: "INVALID_AUTH",
  token_expired: "INVALID_AUTH",
  token_revoked: "INVALID_AUTH",
  scope_missing: "INSUFFICIENT_PERMISSIONS",
  too_large: "PAYLOAD_TOO_LARGE",
  rate_limited: "TOO_MANY_REQUESTS",
  bad_request: "Bad Request",
};

/** Routes that stand in for Deepgram's: whatever they refuse with, its clients are to read. */
export function isDeepgrams(path: string): boolean {
  return /^(?:\/v1)?\/speak(?:\/|$)|^\/v1\/(?:auth|provider)\/grant$/.test(path);
}

export function inDeepgramsShape(c: Context<App>, error: SpeakRefusal | CaptionwireError): Response {
  return refused(c, error instanceof SpeakRefusal ? error : inDeepgramsWords(error));
}

/** A code of ours as Deepgram would say it. */
export function inDeepgramsWords({ code, message }: CaptionwireError): SpeakRefusal {
  const { status, retry, retryAfterS } = ruleOf(code);
  const err_code = deepgramCodes[code] ?? code.toUpperCase();
  return new SpeakRefusal(status, { err_code, err_msg: message, retryable: retry }, retryAfterS ?? null);
}

function refused(c: Context<App>, { status, body, message, retryAfterS }: SpeakRefusal): Response {
  const { requestId } = c.var;
  const headers = new Headers({
    "content-type": "application/json",
    // The provider's own words may be longer than what clients take as headers.
    "dg-error": message.slice(0, 256).replaceAll(/[^\x20-\x7e]/g, "?"),
    "dg-request-id": requestId,
    "x-request-id": requestId,
  });
  if (retryAfterS !== null) headers.set("retry-after", String(retryAfterS));
  return new Response(JSON.stringify({ request_id: requestId, ...body }), { status, headers });
}
