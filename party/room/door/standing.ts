import * as v from "valibot";
import type { Pass } from "./pass.ts";

/** What was revoked, as far as it concerns one place. */
export const StandingSchema = v.object({
  /** Whatever was issued at this moment or before is refused, epoch milliseconds. */
  issuedBefore: v.number(),
  /** Single tokens, each until it would have ended anyway. */
  tokens: v.array(v.object({ id: v.string(), until: v.number() })),
});
export type Standing = Readonly<v.InferOutput<typeof StandingSchema>>;

export const nothingRevoked: Standing = { issuedBefore: 0, tokens: [] };

/** What was never issued is not revoked either: that of whoever has no token. */
export function isRevoked(
  standing: Standing,
  bearer: Pick<Pass, "issuedAt"> & { tokenId: string | null },
): boolean {
  if (bearer.tokenId === null) return false;
  return bearer.issuedAt <= standing.issuedBefore || standing.tokens.some(({ id }) => id === bearer.tokenId);
}

/** Both, in whatever order they were told: nothing that was revoked becomes good again. */
export function mergeStandings(one: Standing, other: Standing, now: number): Standing {
  const ends = new Map<string, number>();
  for (const { id, until } of [...one.tokens, ...other.tokens]) {
    if (until > now) ends.set(id, Math.max(until, ends.get(id) ?? 0));
  }
  return {
    issuedBefore: Math.max(one.issuedBefore, other.issuedBefore),
    tokens: [...ends].map(([id, until]) => ({ id, until })),
  };
}
