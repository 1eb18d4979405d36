import { type Grant, isRoomOf, type Scope } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import type { Pass } from "../room/door/pass.ts";

/** Throws `scope_missing` unless the grant has this scope or, where several are named, one of them. */
export function requireScope(grant: Pick<Grant, "scopes">, scope: Scope | readonly Scope[]): void {
  const accepted = [scope].flat();
  if (accepted.some((name) => grant.scopes.includes(name))) return;
  throw new CaptionwireError("scope_missing", `The token lacks the scope ${accepted.join(" or ")}.`);
}

/** Throws `room_forbidden` when the grant is for other rooms. */
export function requireRoom(grant: Grant, room: string): void {
  if (grant.room !== undefined && !isRoomOf(grant.room, room)) throw new CaptionwireError("room_forbidden");
}

/** Throws `origin_forbidden` when the grant is bound to another origin than the page's. */
export function requireOwnOrigin(grant: Grant, origin: string | null): void {
  if (grant.origin === undefined || grant.origin === origin) return;
  throw new CaptionwireError("origin_forbidden", "The token is for pages of another origin.");
}

/** What stands in an address is in logs and histories too. Throws `token_invalid` for what is good more than once. */
export function requireSingleUse({ singleUse }: Pick<Grant, "singleUse">): void {
  if (singleUse === true) return;
  throw new CaptionwireError("token_invalid", "Only a single-use token may stand in an address.");
}

/** What a room has to know of a grant. */
export function passOf(grant: Grant, origin: string | null): Pass {
  const { id, issuedAt, expiresAt, singleUse, maxConnections, maxSeconds } = grant;
  return {
    tokenId: id,
    issuedAt,
    expiresAt,
    ...(origin === null ? {} : { origin }),
    ...(singleUse === undefined ? {} : { singleUse }),
    ...(maxConnections === undefined ? {} : { maxConnections }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
  };
}

/** Of whoever comes without a token, at this moment; it does not end by itself. */
export function anonymousPass(origin: string | null): Pass {
  return {
    tokenId: null,
    issuedAt: Date.now(),
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...(origin === null ? {} : { origin }),
  };
}
