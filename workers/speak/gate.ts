import { limits } from "../../shared/limits.ts";
import { tooManyRequests } from "./refusal.ts";

/** Requests under way in this isolate, by token. */
const inside = new Map<string, number>();

/**
 * Lets a token's next request in, while fewer than `limits.speakAtOnceMax` of it are under way; answers how it leaves
 * again. An isolate sees only its own: this keeps one client from taking all of the provider's places, no more. Throws
 * a `SpeakRefusal`.
 */
export function enter(token: string): () => void {
  const count = inside.get(token) ?? 0;
  if (count >= limits.speakAtOnceMax) {
    throw tooManyRequests(`Only ${limits.speakAtOnceMax} requests at once are possible with one token.`, 1);
  }
  inside.set(token, count + 1);
  let isInside = true;
  return () => {
    if (!isInside) return;
    isInside = false;
    const left = (inside.get(token) ?? 1) - 1;
    if (left === 0) inside.delete(token);
    else inside.set(token, left);
  };
}
