import { type Context, Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as v from "valibot";
import type { Grant } from "../../shared/claims.ts";
import { CaptionwireError, type ErrorCode, errorTable } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { App } from "../app.ts";
import { authorizationSecret, requireGrant } from "../tokens/credentials.ts";
import { enter } from "./gate.ts";
import { SpeakRefusal, tooManyRequests } from "./refusal.ts";
import type { Report } from "./report.ts";
import { readBody } from "./request/body.ts";
import { readQuery } from "./request/query.ts";
import { speakOut } from "./speaking.ts";

/**
 * `POST /v1/speak`: Deepgram's text-to-speech endpoint behind one of our tokens, for text of any length: spoken chunk
 * after chunk, heard as one. The first byte is passed on at once; the provider's key stays here. Errors are in
 * Deepgram's shapes, because its clients read them. `GET /v1/speak/{requestId}` tells how a request ended.
 */
export const speak = new Hono<SpeakApp>();

type SpeakApp = Pick<App, "Bindings"> & { Variables: App["Variables"] & { grant: Grant } };

/** Who asks; before a byte of a body is kept. */
const allowed: MiddlewareHandler<SpeakApp> = async (c, next) => {
  const secret = authorizationSecret(c.req.raw.headers);
  c.set("grant", await requireGrant(secret, c.var.config.tokenSecret, { scope: "speak" }));
  await next();
};

const textBody = bodyLimit({
  maxSize: limits.speakBodyMaxBytes,
  onError: () => {
    throw new CaptionwireError("too_large");
  },
});

speak.on("POST", ["/v1/speak", "/speak"], allowed, textBody, async (c) => {
  const { grant } = c.var;
  // Side by side: each is a wait, and together they stand before the first byte.
  const [{ success }, bytes] = await Promise.all([
    c.env.SPEAK_RATE.limit({ key: grant.id }),
    c.req.arrayBuffer(),
  ]);
  if (!success) throw tooManyRequests("Too many requests with one token. Please try again later.", 60);
  // Nothing is waited for between here and the `waitUntil` of `speakOut`: of a client that leaves during such a wait, as
  // in the middle of its upload, nothing runs any more, and its place would never be given back.
  const leave = enter(grant.id);
  try {
    const query = readQuery(new URL(c.req.url).searchParams);
    const body = readBody(c.req.header("content-type"), bytes, c.var.config.speakUrlBodies);
    const requestId = crypto.randomUUID();
    c.set("requestId", requestId);
    return await speakOut(c, {
      requestId,
      grant,
      query,
      body,
      note: (report) => logOf(c).note(report),
      over: leave,
    });
  } catch (error) {
    leave();
    throw error;
  }
});

speak.get("/v1/speak/:requestId", allowed, async (c) => {
  const requestId = v.safeParse(v.pipe(v.string(), v.uuid()), c.req.param("requestId"));
  const report = requestId.success ? await findReport(logOf(c), requestId.output) : null;
  if (report === null) throw new CaptionwireError("not_found", "No such request is known, or not any more.");
  return c.json(report, 200, { "cache-control": "no-store" });
});

/** A report comes a moment after the end it tells of. */
async function findReport(log: ReturnType<typeof logOf>, requestId: string): Promise<Report | null> {
  const report = await log.find(requestId);
  if (report !== null) return report;
  await scheduler.wait(2 * timing.speakReportDelayMs);
  return log.find(requestId);
}

function logOf(c: Context<SpeakApp>) {
  return c.env.SPEAK_LOG.getByName(c.var.grant.tenant);
}

speak.onError((error, c) => {
  if (error instanceof SpeakRefusal) return refused(c, error);
  if (error instanceof CaptionwireError) return refused(c, inDeepgramsWords(error));
  throw error;
});

/** Deepgram's own codes where it has some, so that its clients recognise the case. */
const deepgramCodes: Partial<Record<ErrorCode, string>> = {
  unauthenticated: "INVALID_AUTH",
  token_invalid: "INVALID_AUTH",
  token_expired: "INVALID_AUTH",
  scope_missing: "INSUFFICIENT_PERMISSIONS",
  too_large: "PAYLOAD_TOO_LARGE",
  rate_limited: "TOO_MANY_REQUESTS",
};

function inDeepgramsWords({ code, message }: CaptionwireError): SpeakRefusal {
  const { status, retry } = errorTable[code];
  const err_code = deepgramCodes[code] ?? code.toUpperCase();
  return new SpeakRefusal(status, { err_code, err_msg: message, retryable: retry });
}

function refused(c: Context<SpeakApp>, { status, body, message, retryAfterS }: SpeakRefusal): Response {
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
