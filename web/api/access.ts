import { isScope, type Scope } from "../../shared/claims.ts";
import { part } from "../page.ts";
import { localToken } from "../token.ts";
import type { Operation } from "./description.ts";

/** What an operation needs of whoever asks. */
export type Access =
  | { readonly kind: "anybody" }
  | { readonly kind: "apiKey" }
  | { readonly kind: "token"; readonly scopes: readonly Scope[]; readonly isOptional: boolean };

export function accessOf({ security }: Operation): Access {
  if (security.some((requirement) => "apiKey" in requirement)) return { kind: "apiKey" };
  const scopes = security.flatMap(({ token = [] }) => token).filter(isScope);
  const isOptional = security.some((requirement) => Object.keys(requirement).length === 0);
  return scopes.length === 0 ? { kind: "anybody" } : { kind: "token", scopes, isOptional };
}

export function accessInWords(access: Access): string {
  switch (access.kind) {
    case "anybody":
      return "Anybody may ask.";
    case "apiKey":
      return "Takes an API key.";
    case "token": {
      const scopes = access.scopes.map((scope) => `\`${scope}\``).join(" or ");
      return `Takes a token with the scope ${scopes}${access.isOptional ? "; of a public room, none" : ""}.`;
    }
    default:
      return access satisfies never;
  }
}

const tokenField = part("token", HTMLInputElement);
const keyField = part("api-key", HTMLInputElement);

/** Puts a token where the next requests find it. */
export function keepToken(token: string): void {
  tokenField.value = token;
}

/** The bearer's secret as it stands in curl, a variable of the shell: nobody looks over one's shoulder at a real one. */
export function secretForReading(access: Access): "$API_KEY" | "$TOKEN" | null {
  switch (access.kind) {
    case "anybody":
      return null;
    case "apiKey":
      return "$API_KEY";
    case "token":
      return "$TOKEN";
    default:
      return access satisfies never;
  }
}

/**
 * What was pasted, or on a development machine a token made for this operation; `null`: nothing is needed. Throws an error whose message
 * says what to paste.
 */
export async function secretFor(access: Access): Promise<string | null> {
  switch (access.kind) {
    case "anybody":
      return null;
    case "apiKey":
      if (keyField.value !== "") return keyField.value.trim();
      throw new Error("Paste an API key above. After npm start, .captionwire/local.json has one.");
    case "token": {
      if (tokenField.value !== "") return tokenField.value.trim();
      const token = await localToken({ scopes: access.scopes.slice(0, 1) });
      if (token !== null || access.isOptional) return token;
      throw new Error("Paste a token above. POST /v1/tokens makes one.");
    }
    default:
      return access satisfies never;
  }
}
