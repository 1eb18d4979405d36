import { createHmac } from "node:crypto";
import { keyIdOf } from "../../party/tokens/signature.ts";
import { scopes } from "../../shared/claims.ts";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** The `kid` by which tokens name this secret. */
export function kidOf(secret: string): Promise<string> {
  return keyIdOf(Uint8Array.from(new TextEncoder().encode(secret)));
}

/** A JWT of any header and claims, signed with HMAC by any key: as an attacker would make one by hand. */
export function forge(header: object, claims: object, key: string | Buffer, hash = "sha256"): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
}

/** Claims to which nothing is to be said: every scope, for one room. */
export function goodClaims(room: string): Record<string, unknown> {
  const now = Math.floor(Date.now() / 1_000);
  return {
    iss: "captionwire",
    aud: "captionwire",
    sub: "acme",
    scope: scopes.join(" "),
    room,
    jti: `forged-${now}-${Math.random()}`,
    iat: now,
    nbf: now,
    exp: now + 300,
  };
}

/** The token with something else in its first or second part, under its old signature. */
export function tamperedWith(token: string, part: 0 | 1, change: object): string {
  const parts = token.split(".");
  const held: object = JSON.parse(Buffer.from(parts[part] ?? "", "base64url").toString());
  parts[part] = encode({ ...held, ...change });
  return parts.join(".");
}
