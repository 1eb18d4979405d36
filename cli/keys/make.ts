import { createHash, randomBytes } from "node:crypto";
import { formatApiKey } from "../../shared/api-key.ts";

export function newApiKey(): string {
  return formatApiKey(randomBytes(32));
}

/** What the Worker's TOKEN_SECRET takes: 384 bits. */
export function newSigningSecret(): string {
  return randomBytes(48).toString("base64url");
}

/** How the Worker knows a key: SHA-256 of its text, in hex. */
export function sha256Of(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}
