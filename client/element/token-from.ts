import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";
import type { TokenSource } from "../index.ts";

const AnswerSchema = v.object({ token: v.string() });

/**
 * A source that asks `address` with GET, and the page's cookies, for `{"token":"…"}` each time one is needed: a page's own server, which
 * mints them with its API key. 401 and 403 end the captions; whatever else goes wrong is tried again.
 */
export function tokenFrom(address: string): TokenSource {
  return async () => {
    const answer = await fetch(address, { headers: { accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) throw new CaptionwireError("unauthenticated");
    if (!answer.ok) throw new Error(`The tokens' address answered ${answer.status}.`);
    return v.parse(AnswerSchema, await answer.json()).token;
  };
}
