import { type Credential, isAccepted } from "./credentials.ts";
import { forbidden, invalidCredentials, type WireError } from "./errors.ts";
import { type Grants, looksLikeJwt } from "./grants.ts";

/** Who is let in. */
export type Door = {
  /** The error for a credential that opens nothing, or `null`. */
  refuse(credential: Credential | null): Promise<WireError | null>;
  /** The same for asking for a token, which takes a key. */
  refuseGrant(credential: Credential | null): Promise<WireError | null>;
};

/** `apiKey` is the only key that is let in, or `null` to let in any. Tokens come from `grants`. */
export function createDoor(apiKey: string | null, grants: Grants): Door {
  const isKey = (credential: Credential | null) =>
    credential !== null && !looksLikeJwt(credential.secret) && isAccepted(credential, apiKey);
  /** A token is one with the scheme `Bearer` only (reference 1.1). */
  const isToken = async (credential: Credential | null) =>
    credential?.scheme === "bearer" &&
    looksLikeJwt(credential.secret) &&
    (await grants.isValid(credential.secret));
  return {
    refuse: async (credential) =>
      isKey(credential) || (await isToken(credential)) ? null : invalidCredentials(),
    refuseGrant: async (credential) => {
      if (isKey(credential)) return null;
      return (await isToken(credential)) ? forbidden() : invalidCredentials();
    },
  };
}
