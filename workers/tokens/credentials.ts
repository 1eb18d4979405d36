import type { Grant, Scope } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { bearerSubprotocolPrefix } from "../../shared/protocol.ts";
import { checkToken, type Secret } from "./jwt.ts";

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

/**
 * Checks a token for what is needed: one of the scopes (where several are named, any of them), and this room.
 * Throws `unauthenticated`, `token_expired`, `token_invalid`, `scope_missing` or `room_forbidden`, in this order.
 */
export async function requireGrant(
  secret: string | null,
  tokenSecret: Secret,
  need: { readonly scope: Scope | readonly Scope[]; readonly room?: string },
): Promise<Grant> {
  if (secret === null) throw new CaptionwireError("unauthenticated");
  const grant = await checkToken(secret, tokenSecret);
  requireScope(grant, need.scope);
  if (need.room !== undefined && grant.room !== undefined && grant.room !== need.room) {
    throw new CaptionwireError("room_forbidden");
  }
  return grant;
}

/** Throws `scope_missing` unless the grant has this scope or, where several are named, one of them. */
export function requireScope(grant: Grant, scope: Scope | readonly Scope[]): void {
  const accepted = [scope].flat();
  if (accepted.some((name) => grant.scopes.includes(name))) return;
  throw new CaptionwireError("scope_missing", `The token lacks the scope ${accepted.join(" or ")}.`);
}
