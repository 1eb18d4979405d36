import * as v from "valibot";
import { limits } from "./limits.ts";

/** What a token may be used for. `rooms:stats` sees how well captions work and nothing of them; `provider` alone lets its bearer fetch a grant of the speech provider's own. */
export const scopes = [
  "captions:view",
  "captions:publish",
  "captions:edit",
  "rooms:stats",
  "rooms:admin",
  "speak",
  "provider",
] as const;
export type Scope = (typeof scopes)[number];

const Name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/));
export const RoomNameSchema = Name;
export const TenantNameSchema = Name;
/** One room by its name, or all whose names begin so: `show-*`. */
export const RoomPatternSchema = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}\*?$/));

export function isRoomOf(pattern: string, room: string): boolean {
  return pattern.endsWith("*") ? room.startsWith(pattern.slice(0, -1)) : room === pattern;
}

/** Scheme, host and port, as browsers write it (RFC 6454 §6.2). */
export const OriginSchema = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/),
);

const Cap = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000_000_000));

/** Body of `POST /v1/tokens`. `ttl` is in seconds. */
export const TokenRequestSchema = v.strictObject({
  scopes: v.pipe(v.array(v.picklist(scopes)), v.minLength(1), v.maxLength(scopes.length)),
  room: v.optional(RoomPatternSchema),
  ttl: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.tokenMaxSeconds))),
  /** Good for one WebSocket, once; the only kind that may stand in an address (`?ticket=`). */
  singleUse: v.optional(v.boolean()),
  /** Only pages of this origin may use it. */
  origin: v.optional(OriginSchema),
  /** Code points that may be spoken with it, all requests together. */
  maxChars: v.optional(Cap),
  /** Seconds of audio that may be published with it, all sessions together. */
  maxSeconds: v.optional(Cap),
  /** Connections to its room that may be open with it at the same time. */
  maxConnections: v.optional(Cap),
});
export type TokenRequest = v.InferOutput<typeof TokenRequestSchema>;

/** What does not go together, in a sentence for whoever asked; `null` when all of it does. */
export function tokenRequestProblem(request: TokenRequest): string | null {
  const { room, maxChars, maxSeconds, maxConnections, singleUse } = request;
  const has = (scope: Scope): boolean => request.scopes.includes(scope);
  const isOneRoom = room !== undefined && !room.endsWith("*");
  if (maxChars !== undefined && !has("speak")) return '"maxChars" goes with the scope speak.';
  if (maxSeconds !== undefined && !has("captions:publish"))
    return '"maxSeconds" goes with the scope captions:publish.';
  if ((maxSeconds !== undefined || maxConnections !== undefined) && !isOneRoom)
    return '"maxSeconds" and "maxConnections" are counted by a room: name exactly one.';
  if (singleUse !== true) return null;
  if (!isOneRoom) return '"singleUse" is spent in a room: name exactly one.';
  const isForOneVisit = has("captions:view") || has("captions:publish") || has("rooms:stats");
  const goesBeyond = request.scopes.some((scope) => !visitScopes.includes(scope));
  return isForOneVisit && !goesBeyond
    ? null
    : '"singleUse" is for the WebSocket of a viewer or a publisher, or for a report.';
}

/** `rooms:admin` is what a takeover needs. */
const visitScopes: readonly Scope[] = ["captions:view", "captions:publish", "rooms:admin", "rooms:stats"];

/** The claims inside a token; `scope` is space-separated (RFC 8693 §4.2), times are in seconds (RFC 7519 §2). */
export const ClaimsSchema = v.object({
  sub: TenantNameSchema,
  scope: v.string(),
  room: v.optional(RoomPatternSchema),
  jti: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  /** With its fraction: a revocation divides what was issued before it from what came after. */
  iat: v.number(),
  nbf: v.number(),
  exp: v.number(),
  single_use: v.optional(v.literal(true)),
  origin: v.optional(OriginSchema),
  max_chars: v.optional(Cap),
  max_seconds: v.optional(Cap),
  max_connections: v.optional(Cap),
});
export type Claims = v.InferOutput<typeof ClaimsSchema>;

/** What the bearer of a checked token may do. */
export type Grant = {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** A name or a prefix; absent: every room of the tenant. */
  readonly room?: string;
  readonly id: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly singleUse?: true;
  readonly origin?: string;
  readonly maxChars?: number;
  readonly maxSeconds?: number;
  readonly maxConnections?: number;
};

export function isScope(value: string): value is Scope {
  return scopes.some((scope) => scope === value);
}
