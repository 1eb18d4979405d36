import { type Context, Hono } from "hono";
import { mintToken } from "../../party/tokens/jwt.ts";
import { type Scope, scopes, TokenRequestSchema, tokenRequestProblem } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Minted } from "../../shared/minted.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo, readJson } from "../http/body.ts";
import { requireApiKey } from "./credentials.ts";
import { grants } from "./grants.ts";
import { isLocalPage, localTenant } from "./local.ts";
import { revocations } from "./revocations.ts";

/** `POST /v1/tokens`: an API key in, a short-lived and narrow token out. For servers; the key never goes to a browser. */
export const tokens = new Hono<App>();

const smallBody = bodyUpTo(limits.tokenRequestMaxBytes);

tokens.post("/v1/tokens", smallBody, async (c) => {
  const { tenant } = await requireApiKey(c);
  return mint(c, tenant);
});

/**
 * `POST /v1/local/tokens`: the same for the pages of a laptop, without a key. Off unless `LOCAL_PAGES` says so, and
 * then only for pages this very address served: the host must be loopback (so no name can be rebound to it) and the
 * browser must say that the request comes from the same origin.
 */
tokens.post("/v1/local/tokens", smallBody, async (c) => {
  if (!isLocalPage(c, ["same-origin"])) throw new CaptionwireError("not_found");
  return mint(c, localTenant(c), pageScopes);
});

tokens.route("/", revocations);
tokens.route("/", grants);

/** What the pages need: the studio sets its room and corrects its captions. */
const pageScopes: readonly Scope[] = [
  "captions:view",
  "captions:publish",
  "captions:edit",
  "rooms:stats",
  "rooms:admin",
  "speak",
];

async function mint(c: Context<App>, tenant: string, allowed: readonly Scope[] = scopes): Promise<Response> {
  const request = await readJson(c, TokenRequestSchema, '{"scopes":["captions:view"],"room":"demo"}');
  if (!request.scopes.every((scope) => allowed.includes(scope))) {
    throw new CaptionwireError("scope_missing", "Such a token is not made here.");
  }
  const problem = tokenRequestProblem(request);
  if (problem !== null) throw new CaptionwireError("bad_request", problem);
  c.header("cache-control", "no-store");
  return c.json<Minted>(await mintToken(request, tenant, c.var.config.signingKeys));
}
