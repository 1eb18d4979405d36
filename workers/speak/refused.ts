import type { Context } from "hono";
import { CaptionwireError, type ErrorCode, ruleOf } from "../../shared/errors.ts";
import type { App } from "../app.ts";
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

/** For routes that stand in for Deepgram's: errors in its shapes. What is in no table is thrown on. */
export function inDeepgramsShape(error: Error, c: Context<App>): Response {
  if (error instanceof SpeakRefusal) return refused(c, error);
  if (error instanceof CaptionwireError) return refused(c, inDeepgramsWords(error));
  throw error;
}

function inDeepgramsWords({ code, message }: CaptionwireError): SpeakRefusal {
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
