import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import type { KeyEntry } from "../keys/entries.ts";
import { newApiKey, newSigningSecret, sha256Of } from "../keys/make.ts";

const SecretsSchema = v.object({
  apiKey: v.pipe(v.string(), v.minLength(16)),
  tokenSecret: v.pipe(v.string(), v.minLength(32)),
});
export type Secrets = v.InferOutput<typeof SecretsSchema>;

/** The same secrets at every start, so that tokens and configured apps outlive a restart; readable by this user only. */
export function localSecrets(folder: string): Secrets {
  const path = join(folder, "secrets.json");
  const kept = read(path);
  if (kept !== null) return kept;
  const secrets = { apiKey: newApiKey(), tokenSecret: newSigningSecret() };
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

/** The Worker's `API_KEYS`, this stack's own key first: the Worker knows keys by their hash only. */
export function apiKeyList(apiKey: string, others: readonly KeyEntry[] = []): string {
  return JSON.stringify([{ name: "local", tenant: "local", sha256: sha256Of(apiKey) }, ...others]);
}

function read(path: string): Secrets | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  try {
    return v.parse(SecretsSchema, JSON.parse(text));
  } catch {
    throw new UserError(
      `${path} is not what Captionwire wrote. Delete it: new secrets are made at the next start.`,
    );
  }
}
