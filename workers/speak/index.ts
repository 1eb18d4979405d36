import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CaptionwireError, type ErrorCode, errorTable } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { App } from "../app.ts";
import { authorizationSecret, requireGrant } from "../tokens/credentials.ts";

/**
 * `POST /v1/speak`: Deepgram's text-to-speech endpoint behind one of our tokens. The provider's answer is passed on as
 * it comes, first byte at once; its key stays here. Errors are in Deepgram's shape, because its clients read them.
 */
export const speak = new Hono<App>();

/** What a client may read of the provider's answer; anything else (cookies, project ids, rate headers) stays here. */
const passedHeaders = [
  "content-type",
  "dg-model-name",
  "dg-model-uuid",
  "dg-additional-model-uuids",
  "dg-char-count",
  "dg-request-id",
  "dg-error",
  "retry-after",
];

const textBody = bodyLimit({
  maxSize: limits.speakBodyMaxBytes,
  onError: () => {
    throw new CaptionwireError("too_large");
  },
});

speak.on("POST", ["/v1/speak", "/speak"], textBody, async (c) => {
  const secret = authorizationSecret(c.req.raw.headers);
  await requireGrant(secret, c.var.config.tokenSecret, { scope: "speak" });
  const { provider } = c.var.config;
  const query = new URL(c.req.url).search;
  const answer = await fetch(`${provider.baseUrl}/v1/speak${query}`, {
    method: "POST",
    headers: {
      authorization: `Token ${provider.apiKey}`,
      "content-type": c.req.header("content-type") ?? "application/json",
    },
    body: await c.req.arrayBuffer(),
    // A listener that goes away is not spoken to any longer (needs the flag enable_request_signal).
    signal: c.req.raw.signal,
  }).catch(() => {
    throw new CaptionwireError("provider_unavailable");
  });
  // These speak of our key and our credit, not of the client's token.
  if ([401, 402, 403].includes(answer.status)) {
    console.error({ event: "provider_refused", status: answer.status });
    await answer.body?.cancel();
    throw new CaptionwireError("provider_refused");
  }
  const headers = new Headers({ "x-request-id": c.var.requestId });
  for (const name of passedHeaders) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers });
});

speak.onError((error, c) => {
  if (error instanceof CaptionwireError) return deepgramError(c, error);
  throw error;
});

/** Deepgram's own words where it has some, so that its clients recognise the case. */
const deepgramCodes: Partial<Record<ErrorCode, string>> = {
  unauthenticated: "INVALID_AUTH",
  token_invalid: "INVALID_AUTH",
  token_expired: "INVALID_AUTH",
  scope_missing: "INSUFFICIENT_PERMISSIONS",
  too_large: "PAYLOAD_TOO_LARGE",
  rate_limited: "TOO_MANY_REQUESTS",
};

function deepgramError(c: Context<App>, { code, message }: CaptionwireError): Response {
  const status: ContentfulStatusCode = errorTable[code].status;
  return c.json(
    { err_code: deepgramCodes[code] ?? code.toUpperCase(), err_msg: message, request_id: c.var.requestId },
    status,
    {
      "dg-error": message,
      "dg-request-id": c.var.requestId,
    },
  );
}
