import { type Context, Hono } from "hono";
import * as v from "valibot";
import type { Provider } from "../../party/provider.ts";
import { mintToken, requireLife } from "../../party/tokens/jwt.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { type GrantAnswer, GrantAnswerSchema, GrantRequestSchema } from "../../shared/grant.ts";
import { limits, timing } from "../../shared/limits.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo, whole } from "../http/body.ts";
import { authorizationSecret, countUse, requireApiKey, requireGrant } from "./credentials.ts";
import { requireStanding } from "./standing.ts";

/**
 * Grants in Deepgram's shape (reference 2): `{"ttl_seconds"}` in, `{"access_token","expires_in"}` out.
 *
 * `POST /v1/auth/grant`, with an API key: a `speak` token of ours, so that Deepgram's clients pointed here just work.
 * `POST /v1/provider/grant`, with a token that has the scope `provider`: a grant of the provider's own, for clients that
 * must talk to it directly. Neither a revocation nor a cap of ours reaches that one: keep its life short.
 */
export const grants = new Hono<App>();

const smallBody = bodyUpTo(limits.tokenRequestMaxBytes);

grants.post("/v1/auth/grant", smallBody, async (c) => {
  const { tenant } = await requireApiKey(c);
  const ttl = await readTtl(c);
  const { token } = await mintToken({ scopes: ["speak"], ttl }, tenant, c.var.config.signingKeys);
  return answer(c, { access_token: token, expires_in: ttl });
});

grants.post("/v1/provider/grant", smallBody, async (c) => {
  const grant = await requireGrant(c, authorizationSecret(c.req.raw.headers), { scope: "provider" });
  await countUse(c, grant);
  const ttl = await readTtl(c);
  // Behind the body, which may have been long on its way.
  requireLife(grant);
  await requireStanding(c.env, grant);
  return answer(c, await askProvider(c.var.config.provider, ttl));
});

/** An empty body is Deepgram's way to ask for the default. */
async function readTtl(c: Context<App>): Promise<number> {
  const text = await whole(c.req.text());
  if (text.trim() === "") return limits.grantDefaultSeconds;
  const read = v.safeParse(v.pipe(v.string(), v.parseJson(), GrantRequestSchema), text);
  if (read.success) return read.output.ttl_seconds ?? limits.grantDefaultSeconds;
  throw new CaptionwireError(
    "bad_request",
    `Send {"ttl_seconds":N} with N from 1 to ${limits.providerGrantMaxSeconds}, or nothing.`,
  );
}

async function askProvider({ baseUrl, apiKey }: Provider, ttlSeconds: number): Promise<GrantAnswer> {
  const asked = await fetch(`${baseUrl}/v1/auth/grant`, {
    method: "POST",
    headers: { authorization: `Token ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ ttl_seconds: ttlSeconds }),
    // The key goes nowhere else.
    redirect: "manual",
    signal: AbortSignal.timeout(timing.dialTimeoutMs),
  }).catch(() => null);
  if (asked === null) throw new CaptionwireError("provider_unavailable");
  if (!asked.ok) {
    await asked.body?.cancel();
    const isOurs = asked.status < 500 && asked.status !== 429;
    throw new CaptionwireError(isOurs ? "provider_refused" : "provider_unavailable");
  }
  const grant = v.safeParse(GrantAnswerSchema, await asked.json().catch(() => null));
  if (!grant.success) throw new CaptionwireError("provider_unavailable");
  return grant.output;
}

function answer(c: Context<App>, grant: GrantAnswer): Response {
  return c.json(grant, 200, { "cache-control": "no-store" });
}
