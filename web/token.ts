import * as v from "valibot";
import { tokenOf } from "../client/connection.ts";
import { CaptionwireError, type TokenSource } from "../client/index.ts";
import type { Scope } from "../shared/claims.ts";
import { noToken } from "../shared/words.ts";

type LocalRequest = { readonly scopes: readonly Scope[]; readonly room?: string; readonly singleUse?: true };

const AnswerSchema = v.object({ token: v.string() });
const lifeSeconds = 600;

/**
 * Where this page gets its tokens from: the one in its own address (`#token=…`), which cannot be renewed,
 * or else the local service of a development machine, asked anew each time. Where there is neither it has none, which is
 * enough for the captions of a public room.
 */
export function tokenSource(scopes: readonly Scope[], room?: string): TokenSource {
  return ownToken() ?? (() => localToken({ scopes, room }));
}

/** The token in this page's own address. */
export function ownToken(): string | null {
  return new URLSearchParams(location.hash.slice(1)).get("token") || null;
}

/** One token, now. Throws a `CaptionwireError` whose message can be shown. */
export async function oneToken(scopes: readonly Scope[], room?: string): Promise<string> {
  const token = await tokenOf(tokenSource(scopes, room));
  if (token === null) throw new CaptionwireError("unauthenticated", noToken);
  return token;
}

/** Of the local service; `null` where there is none. Throws a `CaptionwireError` whose message can be shown. */
export async function localToken(request: LocalRequest): Promise<string | null> {
  const answer = await fetch("/v1/local/tokens", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...request, ttl: lifeSeconds }),
  });
  if (answer.status === 404) return null;
  if (!answer.ok) throw new CaptionwireError("internal", "No token could be fetched.");
  return v.parse(AnswerSchema, await answer.json()).token;
}
