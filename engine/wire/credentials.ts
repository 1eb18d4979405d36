import { createHash, timingSafeEqual } from "node:crypto";

/** A credential as Deepgram takes it: an API key (`token`) or a short-lived JWT (`bearer`). */
export type Credential = { scheme: "token" | "bearer"; secret: string; fromSubprotocol: boolean };

const SCHEMES = { token: "token", bearer: "bearer" } as const;

/** The scheme word, in any case (Deepgram reference 1.1). */
function schemeOf(word: string | undefined): "token" | "bearer" | null {
  const lower = word?.toLowerCase();
  return lower === "token" || lower === "bearer" ? SCHEMES[lower] : null;
}

/**
 * Finds the credential in the `Authorization` header or, for browsers, in the subprotocol list, where the scheme word is
 * followed by the secret and other entries may come before or after. `null` when there is none.
 */
export function readCredential(
  authorization: string | undefined,
  subprotocols: readonly string[],
): Credential | null {
  if (authorization !== undefined) {
    const [word, secret] = authorization.trim().split(/\s+/, 2);
    const scheme = schemeOf(word);
    return scheme !== null && secret !== undefined ? { scheme, secret, fromSubprotocol: false } : null;
  }
  for (const [index, entry] of subprotocols.entries()) {
    const scheme = schemeOf(entry);
    const secret = subprotocols[index + 1];
    if (scheme !== null && secret !== undefined && secret !== "")
      return { scheme, secret, fromSubprotocol: true };
  }
  return null;
}

/** Any credential is good when no key is set; else the key itself, by either scheme. Compares in constant time. */
export function isAccepted(credential: Credential | null, apiKey: string | null): boolean {
  if (credential === null) return false;
  if (apiKey === null) return true;
  return timingSafeEqual(digest(credential.secret), digest(apiKey));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
