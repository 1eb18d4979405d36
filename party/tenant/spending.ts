import { limits } from "../../shared/limits.ts";
import { isRevoked, type Standing } from "../room/door/standing.ts";
import type { Characters } from "./characters.ts";

/** Characters that a request wants spoken with a capped token. Times are epoch milliseconds. */
export type Spend = {
  readonly tokenId: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly characters: number;
  readonly maxChars: number;
};

export type Spent = "paid" | "revoked" | "expired" | "used_up";

/** Takes the characters from what the token may still have spoken, or says why not; then nothing is taken. */
export function spend(characters: Characters, standing: Standing, order: Spend, now: number): Spent {
  const { tokenId, issuedAt, expiresAt, maxChars } = order;
  if (isRevoked(standing, { tokenId, issuedAt })) return "revoked";
  const until = expiresAt + limits.tokenSkewSeconds * 1_000;
  // What it has used is not known any more.
  if (until <= now) return "expired";
  return characters.take(tokenId, order.characters, maxChars, until, now) ? "paid" : "used_up";
}
