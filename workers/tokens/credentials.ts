import type { Context } from "hono";
import { requireOwnOrigin, requireRoom, requireScope } from "../../party/tokens/grant.ts";
import { checkToken } from "../../party/tokens/jwt.ts";
import type { Grant, Scope } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { bearerSubprotocolPrefix } from "../../shared/protocol.ts";
import type { ApiKey } from "../env.ts";
import type { App } from "../http/app.ts";
import { pageOrigin, requireKnownOrigin } from "../http/origin.ts";
import { findApiKey } from "./api-keys.ts";

/**
 * The secret in an `Authorization` header, or `null`. `Token` is Deepgram's word for what everybody else calls
 * `Bearer`; both are taken, so that a Deepgram client pointed here works unchanged.
 */
export function authorizationSecret(headers: Headers): string | null {
  const match = /^(?:bearer|token) +(\S+)$/i.exec(headers.get("authorization") ?? "");
  return match?.[1] ?? null;
}

/** The token among a WebSocket's subprotocols, because browsers cannot set headers there. */
export function subprotocolSecret(headers: Headers): string | null {
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((entry) => entry.trim());
  const bearer = offered.find((entry) => entry.startsWith(bearerSubprotocolPrefix));
  return bearer === undefined ? null : bearer.slice(bearerSubprotocolPrefix.length);
}

type Need = {
  /** One of them, where several are named. */
  readonly scope: Scope | readonly Scope[];
  readonly room?: string;
};

/**
 * Checks a token for what is needed, and the page it comes from (`origin`, where the request does not say). Throws `unauthenticated`, `token_expired`,
 * `token_invalid`, `scope_missing`, `room_forbidden` or `origin_forbidden`, in this order. Whether it was revoked is not
 * known here: see `standing.ts` and `party/room/door`.
 */
export async function requireGrant(
  c: Context<App>,
  secret: string | null,
  need: Need,
  origin: string | null = pageOrigin(c),
): Promise<Grant> {
  if (secret === null) throw new CaptionwireError("unauthenticated");
  const grant = await checkToken(secret, c.var.config.signingKeys);
  c.set("tenant", grant.tenant);
  c.set("grant", grant);
  requireScope(grant, need.scope);
  if (need.room !== undefined) requireRoom(grant, need.room);
  requireKnownOrigin(c, grant.tenant);
  requireOwnOrigin(grant, origin);
  return grant;
}

/** The API key of a request. Throws `unauthenticated`, `token_invalid` or `origin_forbidden`. */
export async function requireApiKey(c: Context<App>): Promise<ApiKey> {
  const secret = authorizationSecret(c.req.raw.headers);
  if (secret === null) {
    throw new CaptionwireError("unauthenticated", "Send your API key: Authorization: Bearer KEY.");
  }
  const apiKey = await findApiKey(secret, c.var.config.apiKeys);
  if (apiKey === null) throw new CaptionwireError("token_invalid", "The API key is not valid here.");
  c.set("tenant", apiKey.tenant);
  requireKnownOrigin(c, apiKey.tenant);
  return apiKey;
}

/** Throws `rate_limited` when one token is used too often. */
export async function countUse(c: Context<App>, { id }: Grant): Promise<void> {
  const { success } = await c.env.TOKEN_RATE.limit({ key: id });
  if (!success) throw new CaptionwireError("rate_limited", "Too many requests with one token.");
}
