import { randomBytes, randomUUID } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";

/** Short-lived credentials (reference 2). They are good for as long as the engine runs, at most. */
export type Grants = {
  issue(ttlSeconds: number): Promise<string>;
  /** Whether a token was issued here and has not expired. */
  isValid(token: string): Promise<boolean>;
};

const ALGORITHM = "HS256";
const SECRET_BYTES = 32;

export function createGrants(nowMs: () => number = Date.now): Grants {
  const secret = randomBytes(SECRET_BYTES);
  const now = () => nowMs() / 1000;
  return {
    issue: (ttlSeconds) =>
      // The claims that were observed (reference 2).
      new SignJWT({ scopes: ["asr:write"], project_claims: { permissions: ["usage:write"] } })
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setSubject(randomUUID())
        .setJti(randomUUID())
        .setIssuedAt(Math.floor(now()))
        .setExpirationTime(Math.ceil(now() + ttlSeconds))
        .sign(secret),
    isValid: (token) =>
      jwtVerify(token, secret, { algorithms: [ALGORITHM], currentDate: new Date(nowMs()) }).then(
        () => true,
        () => false,
      ),
  };
}

/** Whether a credential is a JWT by its form, wherever it was issued. */
export function looksLikeJwt(secret: string): boolean {
  return /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/.test(secret);
}
