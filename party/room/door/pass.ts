import * as v from "valibot";

/**
 * What the edge has found out about whoever comes to a room, and the room has to judge: whether it was revoked, spent or is
 * over its caps is known there alone.
 */
export const PassSchema = v.object({
  /** Of the token; `null`: somebody without one, for rooms that are public. */
  tokenId: v.nullable(v.string()),
  /** Epoch milliseconds. */
  issuedAt: v.number(),
  expiresAt: v.number(),
  /** Of the page it comes from, where a browser says so. */
  origin: v.optional(v.string()),
  singleUse: v.optional(v.literal(true)),
  maxConnections: v.optional(v.number()),
  maxSeconds: v.optional(v.number()),
});
export type Pass = Readonly<v.InferOutput<typeof PassSchema>>;
