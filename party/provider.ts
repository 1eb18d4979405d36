import * as v from "valibot";

/** Where speech is recognised and spoken, and with whose key. The same shape serves Deepgram and anything that speaks its protocol. */
export const ProviderSchema = v.object({
  DEEPGRAM_BASE_URL: v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//)),
  DEEPGRAM_API_KEY: v.pipe(v.string(), v.minLength(1)),
});
export type Provider = { readonly baseUrl: string; readonly apiKey: string };

/** Throws a `ValiError` naming the variable that is wrong. */
export function parseProvider(env: unknown): Provider {
  const parsed = v.parse(ProviderSchema, env);
  return { baseUrl: parsed.DEEPGRAM_BASE_URL.replace(/\/+$/, ""), apiKey: parsed.DEEPGRAM_API_KEY };
}
