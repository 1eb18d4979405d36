/** The secrets that a Worker cannot do without, as `workers/env.ts` reads them. */
export const requiredSecrets = ["TOKEN_SECRET", "API_KEYS", "DEEPGRAM_API_KEY"] as const;
export type SecretName = (typeof requiredSecrets)[number];

/** What each is and where it comes from, in a sentence or two. */
export const aboutSecrets: Readonly<Record<SecretName, string>> = {
  TOKEN_SECRET:
    "signs the tokens. One is made here, which nobody needs to see. To keep your own, make it with: npm run keys -- signing",
  API_KEYS:
    "is the list of keys that may mint tokens, by their hashes. A first key is made here and shown once. More come from: npm run keys -- create",
  DEEPGRAM_API_KEY:
    "is Deepgram's key, which is paid for by the minute. Make one with the role Member at https://console.deepgram.com, under API Keys",
};
