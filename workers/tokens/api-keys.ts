import { isApiKeyWhole, looksLikeApiKey } from "../../shared/api-key.ts";
import type { ApiKey } from "../env.ts";

/**
 * The API key that was presented, or `null`. Every configured key is compared, each in constant time, so neither
 * the answer's time nor its text tells which came close. One whose own checksum is wrong cannot be any of them.
 */
export async function findApiKey(presented: string, apiKeys: readonly ApiKey[]): Promise<ApiKey | null> {
  if (looksLikeApiKey(presented) && !isApiKeyWhole(presented)) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(presented));
  let found: ApiKey | null = null;
  for (const apiKey of apiKeys) {
    if (crypto.subtle.timingSafeEqual(digest, bytesOfHex(apiKey.sha256))) found = apiKey;
  }
  return found;
}

function bytesOfHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  );
}
