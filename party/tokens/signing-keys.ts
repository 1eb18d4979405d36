import * as v from "valibot";

export type Secret = Uint8Array<ArrayBuffer>;

/** The first signs; a token of any of them is good. Two live at once is what lets them be changed without an outage. */
export type SigningKeys = readonly [Secret, ...Secret[]];

const SecretText = v.pipe(v.string(), v.minLength(32));

export const SigningKeysSchema = v.object({
  TOKEN_SECRET: SecretText,
  /**
   * Verifies only. To rotate: deploy the new secret here, then swap the two, then drop the old one once the longest token
   * has ended. Whatever Worker a token meets meanwhile knows the secret that signed it.
   */
  TOKEN_SECRET_OTHER: v.optional(SecretText),
});

export function parseSigningKeys(env: v.InferOutput<typeof SigningKeysSchema>): SigningKeys {
  const encoder = new TextEncoder();
  const first = Uint8Array.from(encoder.encode(env.TOKEN_SECRET));
  if (env.TOKEN_SECRET_OTHER === undefined) return [first];
  return [first, Uint8Array.from(encoder.encode(env.TOKEN_SECRET_OTHER))];
}

type Written = v.InferOutput<typeof SigningKeysSchema>;
let latest: { readonly written: Written; readonly keys: SigningKeys } | null = null;

/**
 * The signing keys of an environment, the same for as long as the secrets are, also where each request brings an object of its
 * own, as in PartyKit's lobby: what is known of them is kept by them. Throws a `ValiError` naming the variable that is wrong.
 */
export function signingKeysOf(env: object): SigningKeys {
  const written = v.parse(SigningKeysSchema, env);
  if (latest === null || !isSame(latest.written, written)) {
    latest = { written, keys: parseSigningKeys(written) };
  }
  return latest.keys;
}

function isSame(one: Written, other: Written): boolean {
  return one.TOKEN_SECRET === other.TOKEN_SECRET && one.TOKEN_SECRET_OTHER === other.TOKEN_SECRET_OTHER;
}
