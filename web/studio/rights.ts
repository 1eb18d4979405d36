import * as v from "valibot";
import { ClaimsSchema, isRoomOf, type Scope } from "../../shared/claims.ts";

export const mayNotPublish =
  "This link may not publish: its token lacks the scope captions:publish. Ask for another link.";
export const mayNotCorrect = "This link may not correct captions: its token lacks the scope captions:edit.";

/** What the token in the page's own address says it allows. Only the service can tell whether that is true. */
export type Rights =
  /** None there: on a development machine the local service makes tokens for everything. */
  | { readonly kind: "none" }
  | {
      readonly kind: "link";
      readonly scopes: readonly string[];
      readonly tenant: string;
      /** A name or a prefix with `*`; `null`: every room. */
      readonly room: string | null;
      /** Epoch milliseconds. */
      readonly expiresAt: number;
    }
  | { readonly kind: "unreadable" };

/** @param hash of an address, such as `#token=…` */
export function rightsIn(hash: string): Rights {
  const token = new URLSearchParams(hash.slice(1)).get("token");
  if (!token) return { kind: "none" };
  const claims = v.safeParse(ClaimsSchema, payloadOf(token));
  if (!claims.success) return { kind: "unreadable" };
  const { scope, sub, room, exp } = claims.output;
  return { kind: "link", scopes: scope.split(" "), tenant: sub, room: room ?? null, expiresAt: exp * 1000 };
}

function payloadOf(token: string): unknown {
  try {
    const [, payload = ""] = token.split(".");
    return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

/** Whether it is worth trying. */
export function mayTry(rights: Rights, scope: Scope, room: string): boolean {
  if (rights.kind !== "link") return true;
  return rights.scopes.includes(scope) && (rights.room === null || isRoomOf(rights.room, room));
}

/** What whoever opened this link should know before going on air; `null`: nothing. */
export function rightsInWords(rights: Rights, now: number): string | null {
  switch (rights.kind) {
    case "none":
      return null;
    case "unreadable":
      return "The token in this link cannot be read: it may have been cut off. Copy the whole link again.";
    case "link": {
      if (rights.expiresAt <= now) return "This link has expired. Ask for a new one.";
      if (!rights.scopes.includes("captions:publish")) return mayNotPublish;
      const time = new Date(rights.expiresAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      return `This link is good until ${time}. Whoever is on air then stays on air, but cannot come back after a lost connection.`;
    }
  }
}
