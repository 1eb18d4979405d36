import { createHmac } from "node:crypto";
import * as v from "valibot";
import type { Credential, Mutation } from "./case.ts";
import type { Service } from "./service.ts";

/** The secret that stands for a credential in this run; `null` for none at all. */
export async function secretOf(
  service: Service,
  credential: Credential,
  slot: number,
): Promise<string | null> {
  switch (credential.kind) {
    case "none":
      return null;
    case "token":
      return service.token(credential.of, slot);
    case "key":
      return service.doomedKey;
    case "ticket":
      return service.ticket(credential.role, credential.room);
    case "wrong": {
      const { of, how } = credential;
      return mutated(of === "key" ? service.doomedKey : service.token(of, slot), how);
    }
    case "text":
      return credential.text;
    default:
      return credential satisfies never;
  }
}

/** Whether it may open anything. */
export function isSomebodys({ kind }: Credential): boolean {
  return kind === "token" || kind === "key" || kind === "ticket";
}

function mutated(secret: string, how: Mutation): string {
  switch (how.kind) {
    case "character": {
      // Of the last character of a signature two bits mean nothing.
      const at = how.at % (secret.length - 1);
      const put = secret[at] === how.put ? "x" : how.put;
      return secret.slice(0, at) + (secret[at] === put ? "y" : put) + secret.slice(at + 1);
    }
    case "insert": {
      const at = how.at % secret.length;
      return secret.slice(0, at) + how.text.repeat(how.times) + secret.slice(at);
    }
    case "cut":
      return secret.slice(0, how.at % secret.length);
    case "header": {
      const [, payload = "", signature = ""] = secret.split(".");
      // With a space, so that it is another even where it says the same.
      return `${encoded(`${how.json} `)}.${payload}.${signature}`;
    }
    case "claims": {
      const [header = "", payload = "", signature = ""] = secret.split(".");
      return `${header}.${encoded(withClaims(payload, how.json))}.${signature}`;
    }
    case "signed": {
      const [, payload = ""] = secret.split(".");
      const signed = `${encoded(how.json)}.${payload}`;
      if (how.secret === null) return `${signed}.`;
      return `${signed}.${createHmac("sha256", how.secret).update(signed).digest("base64url")}`;
    }
    default:
      return how satisfies never;
  }
}

const encoded = (text: string): string => Buffer.from(text).toString("base64url");

const JsonSchema = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

function withClaims(payload: string, json: string): string {
  const before = v.safeParse(JsonSchema, Buffer.from(payload, "base64url").toString());
  const put = v.safeParse(JsonSchema, json);
  // A claim more where nothing is put, so that the signature fits in no case.
  return before.success && put.success
    ? JSON.stringify({ ...before.output, ...put.output, more: true })
    : json;
}
