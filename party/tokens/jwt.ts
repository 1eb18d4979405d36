import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from "jose";
import * as v from "valibot";
import { type Claims, ClaimsSchema, type Grant, isScope, type TokenRequest } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Secret, SigningKeys } from "./signing-keys.ts";

/** One algorithm, pinned: a token that names another is refused whatever its signature says. */
const algorithm = "HS256";
const issuer = "captionwire";

/**
 * Whom a token is for: the interface, or the one page that knows its reader by a cookie. Neither takes the other's, so that
 * what a browser sends by itself opens nothing else.
 */
export type Audience = "captionwire" | "captionwire plain page";
const theInterface: Audience = "captionwire";

/** In one way only (RFC 7515 §7.1): decoders overlook white space, so that one token would be known under many names. */
const written = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const tokenMaxCharacters = 8_192;

/**
 * What is known of a secret: its key, made ready once, the id by which tokens name it, and the tokens it was found to
 * have signed, each with its audience, the newest last. Each costs as much as the rest of a short request, and one token begins many.
 */
type Known = { readonly kid: string; readonly key: CryptoKey; readonly grants: Map<string, Grant> };

const known = new WeakMap<Secret, Known>();
const knownGrantsMax = 1_000;

async function knownOf(secret: Secret): Promise<Known> {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign", "verify"]);
  // A digest under the key itself: the id tells nothing of a secret, not even to who guesses at short ones by the million.
  const digest = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("captionwire kid"));
  const kid = [...new Uint8Array(digest, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // The values and not their promises: the runtime lets one request not wait for what another began.
  const made = { kid, key, grants: new Map<string, Grant>() };
  known.set(secret, made);
  return made;
}

/** The `kid` of tokens that this secret has signed. */
export async function keyIdOf(secret: Secret): Promise<string> {
  return (await knownOf(secret)).kid;
}

export type Minted = { readonly token: string; readonly id: string; readonly expiresAt: number };

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
  [secret]: SigningKeys,
  { audience = theInterface, id = crypto.randomUUID() }: Minting = {},
): Promise<Minted> {
  const { kid, key } = await knownOf(secret);
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
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: "JWT", kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .sign(key);
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
  if (token.length > tokenMaxCharacters || !written.test(token)) throw new CaptionwireError("token_invalid");
  const all = await Promise.all(keys.map(knownOf));
  const name = `${audience} ${token}`;
  const signer = all.find(({ grants }) => grants.has(name)) ?? signerOf(token, all);
  const { key, grants } = signer;
  const grant = grants.get(name) ?? (await verified(token, key, audience));
  // jose has looked at this too, but perhaps a while ago.
  if (hasEnded(grant, Date.now())) grants.delete(name);
  requireLife(grant);
  if (!grants.has(name)) {
    const oldest = grants.size < knownGrantsMax ? undefined : grants.keys().next().value;
    if (oldest !== undefined) grants.delete(oldest);
    grants.set(name, grant);
  }
  return grant;
}

/** Throws `token_expired`: to be asked again where something was waited for since the token was checked. */
export function requireLife(grant: Grant): void {
  if (hasEnded(grant, Date.now())) throw new CaptionwireError("token_expired");
}

function hasEnded({ expiresAt }: Grant, now: number): boolean {
  return expiresAt + limits.tokenSkewSeconds * 1_000 <= now;
}

/** A token names its key; one of no key that is ours is not tried on any. */
function signerOf(token: string, all: readonly Known[]): Known {
  let kid: unknown;
  try {
    ({ kid } = decodeProtectedHeader(token));
  } catch {
    throw new CaptionwireError("token_invalid");
  }
  const signer = all.find((candidate) => candidate.kid === kid);
  if (signer === undefined) throw new CaptionwireError("token_invalid");
  return signer;
}

async function verified(token: string, key: CryptoKey, audience: Audience): Promise<Grant> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience,
      clockTolerance: limits.tokenSkewSeconds,
    });
    return grantOf(v.parse(ClaimsSchema, payload));
  } catch (error) {
    throw new CaptionwireError(error instanceof errors.JWTExpired ? "token_expired" : "token_invalid");
  }
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
