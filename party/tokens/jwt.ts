import * as v from "valibot";
import { type Claims, ClaimsSchema, type Grant, isScope, type TokenRequest } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Minted } from "../../shared/minted.ts";
import { requireWritten, signed, verified } from "./signature.ts";
import type { Secret, SigningKeys } from "./signing-keys.ts";

/**
 * Whom a token is for: the interface, or the one page that knows its reader by a cookie. Neither takes the other's, so that
 * what a browser sends by itself opens nothing else.
 */
export type Audience = "captionwire" | "captionwire plain page";
const theInterface: Audience = "captionwire";

/**
 * The tokens that a secret was found to have signed, each with its audience, the newest last. To check one costs as much as
 * the rest of a short request, and one token begins many.
 */
const known = new WeakMap<Secret, Map<string, Grant>>();
const knownMax = 1_000;

type Minting = {
  readonly audience?: Audience;
  /** Of the token that this one continues, so that both are revoked by it. */
  readonly id?: string;
};

/**
 * Signs a token for `tenant` with the first of the keys. Default lives: 10 minutes for `speak` alone, 60 seconds for
 * anything of a room.
 *
 * @returns the token, its id (to revoke it by) and when it ends, epoch milliseconds
 */
export async function mintToken(
  request: TokenRequest,
  tenant: string,
  keys: SigningKeys,
  { audience = theInterface, id = crypto.randomUUID() }: Minting = {},
): Promise<Minted> {
  const { roomTokenDefaultSeconds, speakTokenDefaultSeconds } = limits;
  const speakOnly = request.scopes.every((scope) => scope === "speak");
  const ttlSeconds = request.ttl ?? (speakOnly ? speakTokenDefaultSeconds : roomTokenDefaultSeconds);
  const now = Date.now() / 1000;
  const exp = Math.floor(now) + ttlSeconds;
  const claims: Claims = {
    sub: tenant,
    scope: request.scopes.join(" "),
    ...(request.room === undefined ? {} : { room: request.room }),
    jti: id,
    iat: now,
    nbf: now,
    exp,
    ...(request.singleUse === true ? { single_use: true } : {}),
    ...(request.origin === undefined ? {} : { origin: request.origin }),
    ...(request.maxChars === undefined ? {} : { max_chars: request.maxChars }),
    ...(request.maxSeconds === undefined ? {} : { max_seconds: request.maxSeconds }),
    ...(request.maxConnections === undefined ? {} : { max_connections: request.maxConnections }),
  };
  const token = await signed(claims, audience, keys);
  return { token, id, expiresAt: exp * 1000 };
}

/**
 * Checks key, signature, issuer, audience, life and shape. Throws `token_expired` or `token_invalid`, never saying more.
 * Whether it was revoked or spent is not known here.
 */
export async function checkToken(
  token: string,
  keys: SigningKeys,
  audience: Audience = theInterface,
): Promise<Grant> {
  requireWritten(token);
  const name = `${audience} ${token}`;
  const before = keys.map((secret) => known.get(secret)?.get(name)).find((grant) => grant !== undefined);
  if (before !== undefined && !hasEnded(before, Date.now())) return before;
  // Also what is known and has ended: it is refused as anything is.
  for (const secret of keys) known.get(secret)?.delete(name);
  const { secret, payload } = await verified(token, keys, audience);
  const claims = v.safeParse(ClaimsSchema, payload);
  if (!claims.success) throw new CaptionwireError("token_invalid");
  const grant = grantOf(claims.output);
  requireLife(grant);
  keep(secret, name, grant);
  return grant;
}

/** Throws `token_expired`: to be asked again where something was waited for since the token was checked. */
export function requireLife(grant: Grant): void {
  if (hasEnded(grant, Date.now())) throw new CaptionwireError("token_expired");
}

function hasEnded({ expiresAt }: Grant, now: number): boolean {
  return expiresAt + limits.tokenSkewSeconds * 1_000 <= now;
}

function keep(secret: Secret, name: string, grant: Grant): void {
  const grants = known.get(secret) ?? new Map<string, Grant>();
  known.set(secret, grants);
  const oldest = grants.size < knownMax ? undefined : grants.keys().next().value;
  if (oldest !== undefined) grants.delete(oldest);
  grants.set(name, grant);
}

function grantOf(claims: Claims): Grant {
  return {
    tenant: claims.sub,
    scopes: claims.scope.split(" ").filter(isScope),
    ...(claims.room === undefined ? {} : { room: claims.room }),
    id: claims.jti,
    issuedAt: Math.round(claims.iat * 1000),
    expiresAt: claims.exp * 1000,
    ...(claims.single_use === undefined ? {} : { singleUse: claims.single_use }),
    ...(claims.origin === undefined ? {} : { origin: claims.origin }),
    ...(claims.max_chars === undefined ? {} : { maxChars: claims.max_chars }),
    ...(claims.max_seconds === undefined ? {} : { maxSeconds: claims.max_seconds }),
    ...(claims.max_connections === undefined ? {} : { maxConnections: claims.max_connections }),
  };
}
