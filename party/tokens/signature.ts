import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Secret, SigningKeys } from "./signing-keys.ts";

/** One algorithm, pinned: a token that names another is refused whatever its signature says. */
const algorithm = "HS256";
const issuer = "captionwire";

/** In one way only (RFC 7515 §7.1): decoders overlook white space, so that one token would be known under many names. */
const written = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const maxCharacters = 8_192;

/** A secret's key, made ready once, and the id by which tokens name it. */
type Known = { readonly secret: Secret; readonly kid: string; readonly key: CryptoKey };

const known = new WeakMap<Secret, Known>();

async function knownOf(secret: Secret): Promise<Known> {
  const before = known.get(secret);
  if (before !== undefined) return before;
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", secret, hmac, false, ["sign", "verify"]);
  // A digest under the key itself: the id tells nothing of a secret, not even to who guesses at short ones by the million.
  const digest = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode("captionwire kid"));
  const kid = [...new Uint8Array(digest, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  // The values and not their promises: the runtime lets one request not wait for what another began.
  const made = { secret, kid, key };
  known.set(secret, made);
  return made;
}

/** The `kid` of what this secret has signed. */
export async function keyIdOf(secret: Secret): Promise<string> {
  return (await knownOf(secret)).kid;
}

/** A JWT of these claims, for `audience` alone, signed with the first of the keys. */
export async function signed(claims: JWTPayload, audience: string, [secret]: SigningKeys): Promise<string> {
  const { kid, key } = await knownOf(secret);
  return new SignJWT(claims)
    .setProtectedHeader({ alg: algorithm, typ: "JWT", kid })
    .setIssuer(issuer)
    .setAudience(audience)
    .sign(key);
}

/** Throws `token_invalid` for what cannot be a token of ours by its size and letters. */
export function requireWritten(token: string): void {
  if (token.length > maxCharacters || !written.test(token)) throw new CaptionwireError("token_invalid");
}

/** What a token says, and which of the keys has signed it. */
export type Verified = { readonly payload: JWTPayload; readonly secret: Secret };

/**
 * Checks key, signature, issuer, audience and life; the claims' shape is for the caller to parse. Throws `token_expired` or
 * `token_invalid`, never saying more.
 */
export async function verified(token: string, keys: SigningKeys, audience: string): Promise<Verified> {
  requireWritten(token);
  const { key, secret } = signerOf(token, await Promise.all(keys.map(knownOf)));
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [algorithm],
      issuer,
      audience,
      clockTolerance: limits.tokenSkewSeconds,
    });
    return { payload, secret };
  } catch (error) {
    throw new CaptionwireError(error instanceof errors.JWTExpired ? "token_expired" : "token_invalid");
  }
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
