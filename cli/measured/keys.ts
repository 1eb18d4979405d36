import { UsageError } from "../errors.ts";

/** Something that runs already, and what opens it. */
export type Named = { readonly url: string; readonly apiKey: string };

/** `url` as an option gave it: an origin. */
export type Given = { readonly url?: string | undefined; readonly apiKey?: string | undefined };

/**
 * What the options name; `null` when they name nothing. A key that is not among them is the environment's, so that none
 * need stand on a command line. Throws a `UsageError` where there is none.
 */
export function namedTarget({ url, apiKey }: Given, env: NodeJS.ProcessEnv = process.env): Named | null {
  if (url === undefined) {
    if (apiKey !== undefined) throw new UsageError("--api-key goes with --url.");
    return null;
  }
  const variable = keyVariable(url);
  const key = apiKey ?? (env[variable] || undefined);
  if (key === undefined) throw new UsageError(`What opens ${url}? Set ${variable}, or give --api-key.`);
  return { url, apiKey: key };
}

/** Deepgram, which is meant when its key is there and nothing else is named. */
export function deepgramOf(env: NodeJS.ProcessEnv = process.env): Named | null {
  const apiKey = env.DEEPGRAM_API_KEY || undefined;
  return apiKey === undefined ? null : { url: "https://api.deepgram.com", apiKey };
}

/** A key for one service is no business of another's. */
export function isDeepgram(url: string | URL): boolean {
  return new URL(url).hostname.endsWith(".deepgram.com");
}

function keyVariable(url: string): "DEEPGRAM_API_KEY" | "CAPTIONWIRE_API_KEY" {
  return isDeepgram(url) ? "DEEPGRAM_API_KEY" : "CAPTIONWIRE_API_KEY";
}
