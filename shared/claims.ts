import * as v from "valibot";
import { limits } from "./limits.ts";

/** What a token may be used for. */
export const scopes = ["captions:view", "captions:publish", "captions:edit", "rooms:admin", "speak"] as const;
export type Scope = (typeof scopes)[number];

export const RoomNameSchema = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));

/** Body of `POST /v1/tokens`. `ttl` is in seconds. */
export const TokenRequestSchema = v.strictObject({
  scopes: v.pipe(v.array(v.picklist(scopes)), v.minLength(1), v.maxLength(scopes.length)),
  room: v.optional(RoomNameSchema),
  ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.tokenMaxSeconds))),
});
export type TokenRequest = v.InferOutput<typeof TokenRequestSchema>;

/** The claims inside a token; `scope` is space-separated (RFC 8693 §4.2). */
export const ClaimsSchema = v.object({
  sub: v.pipe(v.string(), v.minLength(1)),
  scope: v.string(),
  room: v.optional(RoomNameSchema),
  jti: v.string(),
  iat: v.number(),
  exp: v.number(),
});

/** What the bearer of a checked token may do. */
export type Grant = {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** Absent: every room of the tenant. */
  readonly room?: string;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
};

export function isScope(value: string): value is Scope {
  return scopes.some((scope) => scope === value);
}
