import { CaptionwireError } from "../client/index.ts";
import { readRefusal } from "../client/refusal.ts";
import type { Scope } from "../shared/claims.ts";
import { isErrorCode } from "../shared/errors.ts";
import { oneToken } from "./token.ts";

type Init = { readonly path?: string; readonly method?: string; readonly body?: string };

/**
 * Asks a room by HTTP, with a token of this scope. Throws a `CaptionwireError` when the service refuses, and also when it
 * cannot be reached: its message can be shown.
 */
export async function askRoom(room: string, scope: Scope, init: Init = {}): Promise<Response> {
  const answer = await fetchRoom(room, scope, init);
  if (answer.ok) return answer;
  const refusal = await readRefusal(answer);
  const code = refusal !== null && isErrorCode(refusal.code) ? refusal.code : "internal";
  throw new CaptionwireError(code, refusal?.message);
}

async function fetchRoom(room: string, scope: Scope, { path = "", ...init }: Init): Promise<Response> {
  try {
    const token = await oneToken([scope], room);
    return await fetch(`/v1/rooms/${room}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      cache: "no-store",
    });
  } catch (error) {
    if (error instanceof CaptionwireError) throw error;
    throw new CaptionwireError("internal", "The service cannot be reached. Try again.");
  }
}
