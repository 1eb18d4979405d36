import { errors, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { ClaimsSchema, type Grant, isScope, type TokenRequest } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";

/** One algorithm, pinned: a token that names another is refused whatever its signature says. */
const algorithm = "HS256";
const issuer = "captionwire";
const audience = "captionwire";

export type Secret = Uint8Array<ArrayBuffer>;

/**
 * What is known of a secret: its key, made ready once, and the tokens it was found to have signed, the newest last.
 * Either costs as much as the rest of a short request, and one token begins many.
 */
type Known = { readonly key: CryptoKey; readonly grants: Map<string, Grant> };

const known = new WeakMap<Secret, Known>();
const knownGrantsMax = 1_000;

async function knownOf(secret: Secret): Promise<Known> {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign", "verify"]);
  // The key and not its promise: the runtime lets one request not wait for what another began.
  const made = { key, grants: new Map<string, Grant>() };
  known.set(secret, made);
  return made;
}

/**
 * Signs a token for `tenant`. Default lives: 10 minutes for `speak` alone, 60 seconds for anything of a room.
 *
 * @returns the token and when it ends, epoch milliseconds
 */
export async function mintToken(
  request: TokenRequest,
  tenant: string,
  secret: Secret,
): Promise<{ token: string; expiresAt: number }> {
  const { roomTokenDefaultSeconds, speakTokenDefaultSeconds } = limits;
  const speakOnly = request.scopes.every((scope) => scope === "speak");
  const ttlSeconds = request.ttl ?? (speakOnly ? speakTokenDefaultSeconds : roomTokenDefaultSeconds);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const expiresSeconds = nowSeconds + ttlSeconds;
  const token = await new SignJWT({
    scope: request.scopes.join(" "),
    ...(request.room === undefined ? {} : { room: request.room }),
  })
    .setProtectedHeader({ alg: algorithm, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(tenant)
    .setJti(crypto.randomUUID())
    .setIssuedAt(nowSeconds)
    .setExpirationTime(expiresSeconds)
    .sign((await knownOf(secret)).key);
  return { token, expiresAt: expiresSeconds * 1000 };
}

/** Checks signature, issuer, audience, life and shape. Throws `token_expired` or `token_invalid`, never saying more. */
export async function checkToken(token: string, secret: Secret): Promise<Grant> {
  const { key, grants } = await knownOf(secret);
  const grant = grants.get(token) ?? (await verified(token, key));
  // jose has looked at this too, but perhaps a while ago.
  if (grant.expiresAt + limits.tokenSkewSeconds * 1_000 <= Date.now()) {
    grants.delete(token);
    throw new CaptionwireError("token_expired");
  }
  if (!grants.has(token)) {
    const oldest = grants.size < knownGrantsMax ? undefined : grants.keys().next().value;
    if (oldest !== undefined) grants.delete(oldest);
    grants.set(token, grant);
  }
  return grant;
}

async function verified(token: string, key: CryptoKey): Promise<Grant> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience,
      clockTolerance: limits.tokenSkewSeconds,
    });
    const claims = v.parse(ClaimsSchema, payload);
    return {
      tenant: claims.sub,
      scopes: claims.scope.split(" ").filter(isScope),
      ...(claims.room === undefined ? {} : { room: claims.room }),
      id: claims.jti,
      expiresAt: claims.exp * 1000,
    };
  } catch (error) {
    throw new CaptionwireError(error instanceof errors.JWTExpired ? "token_expired" : "token_invalid");
  }
}
