import * as v from "valibot";
import { CaptionwireError } from "../../shared/errors.ts";

const AnswerSchema = v.object({ token: v.string() });

/**
 * Asks a page's own server, which mints tokens with its API key, for `{"token":"…"}`: GET, with the page's cookies where the
 * address is of the same origin. 401 and 403 end the captions; whatever else goes wrong is tried again.
 */
export async function askForToken(address: string): Promise<string> {
  const answer = await fetch(address, { headers: { accept: "application/json" }, cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) throw new CaptionwireError("unauthenticated");
  if (!answer.ok) throw new Error(`The tokens' address answered ${answer.status}.`);
  return v.parse(AnswerSchema, await answer.json()).token;
}
