import { type Context, Hono, type MiddlewareHandler } from "hono";
import * as v from "valibot";
import { requireLife } from "../../party/tokens/jwt.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { Report } from "../../shared/speak-report.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo, whole } from "../http/body.ts";
import { authorizationSecret, requireGrant } from "../tokens/credentials.ts";
import { requireStanding } from "../tokens/standing.ts";
import { type Budget, pay, requireGood } from "./budget.ts";
import { enter } from "./gate.ts";
import { tooManyRequests } from "./refusal.ts";
import { readBody } from "./request/body.ts";
import { readQuery } from "./request/query.ts";
import { speakOut } from "./speaking.ts";

/**
 * `POST /v1/speak`: Deepgram's text-to-speech endpoint behind one of our tokens, for text of any length: spoken chunk
 * after chunk, heard as one. The first byte is passed on at once; the provider's key stays here. Errors are in
 * Deepgram's shapes, because its clients read them. `GET /v1/speak/{requestId}` tells how a request ended.
 */
export const speak = new Hono<App>();

/** Who asks; before a byte of a body is kept. */
const allowed: MiddlewareHandler<App> = async (c, next) => {
  await requireGrant(c, authorizationSecret(c.req.raw.headers), { scope: "speak" });
  await next();
};

/** Longer bodies are worth a moment's wait before they are read. */
const shortBodyBytes = 64 * 1024;

/**
 * Counts the request and looks whether its token was revoked: beside the reading of a short body, because each is a wait
 * before the first byte of sound, and before that of a long one, which would be kept in memory for nothing.
 */
const checked: MiddlewareHandler<App> = async (c, next) => {
  const checks = check(c);
  // Until the handler waits for it, nobody does.
  checks.catch(() => {});
  c.set("checks", checks);
  const bytes = Number(c.req.header("content-length") ?? Number.NaN);
  if (!(bytes <= shortBodyBytes)) await checks;
  await next();
};

async function check(c: Context<App>): Promise<void> {
  const { grant } = c.var;
  const [{ success }] = await Promise.all([
    c.env.SPEAK_RATE.limit({ key: grant.id }),
    requireGood(c.env, grant),
  ]);
  if (!success) throw tooManyRequests("Too many requests with one token. Please try again later.", 60);
}

const textBody = bodyUpTo(limits.speakBodyMaxBytes);

speak.on("POST", ["/v1/speak", "/speak"], allowed, checked, textBody, async (c) => {
  const { grant } = c.var;
  const [bytes] = await Promise.all([whole(c.req.arrayBuffer()), c.var.checks]);
  const query = readQuery(new URL(c.req.url).searchParams);
  const body = readBody(c.req.header("content-type"), bytes, c.var.config.speakUrlBodies);
  // Behind the body, which may have been long on its way.
  requireLife(grant);
  await requireGood(c.env, grant);
  const budget = await paid(c, pay(c.env, grant, body));
  const requestId = crypto.randomUUID();
  c.set("requestId", requestId);
  // Nothing is waited for between here and the `waitUntil` of `speakOut`: of a client that leaves during such a wait, as
  // in the middle of its upload, nothing runs any more, and its place would never be given back.
  const leave = enterOr(() => c.executionCtx.waitUntil(budget.settle(0)), grant.id);
  return speakOut(c, {
    requestId,
    grant,
    query,
    body,
    note: (report) => logOf(c).note(report),
    over: (charactersAsked) => {
      leave();
      c.executionCtx.waitUntil(budget.settle(charactersAsked));
    },
  });
});

/** Of a client that leaves while it is paid for, nothing is spoken: it is given back all the same. */
async function paid(c: Context<App>, paying: Promise<Budget>): Promise<Budget> {
  const { signal } = c.req.raw;
  const givenBack = paying.then((budget) => (signal.aborted ? budget.settle(0) : undefined));
  c.executionCtx.waitUntil(givenBack.catch(() => {}));
  return paying;
}

function enterOr(refused: () => void, token: string): () => void {
  try {
    return enter(token);
  } catch (error) {
    refused();
    throw error;
  }
}

speak.get("/v1/speak/:requestId", allowed, async (c) => {
  await requireStanding(c.env, c.var.grant);
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

function logOf(c: Context<App>) {
  return c.env.SPEAK_LOG.getByName(c.var.grant.tenant);
}
