import * as v from "valibot";
import { encodings } from "./audio.ts";
import { InterimSchema, roomStates, SegmentSchema, SessionSchema, StatusSchema } from "./captions.ts";
import { RoomSettingsSchema, withRecognition } from "./settings.ts";

/**
 * The room on the wire, protocol 1: JSON text frames both ways, binary frames only from a publisher.
 * One schema a message; what does not fit is answered with `bad_message`, never guessed at.
 */
export const subprotocol = "captionwire.1";
/** Prefix of the subprotocol entry that carries a token, because browsers cannot set headers on a WebSocket. */
export const bearerSubprotocolPrefix = "bearer.";
/** Answered by the runtime without waking the room; see `party/server.ts`. */
export const ping = "ping";
export const pong = "pong";

export const roles = ["viewer", "publisher"] as const;
export type Role = (typeof roles)[number];

const Count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));

// ── clocks ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Asks for the time there. Only members that came with `?probe=1` are asked; they answer at once with `probed`. */
const ProbeSchema = v.object({
  type: v.literal("probe"),
  /** By the room's clock, epoch milliseconds. */
  at: v.number(),
});
export type ProbeFrame = v.InferOutput<typeof ProbeSchema>;
const ProbedSchema = v.strictObject({
  type: v.literal("probed"),
  /** That of the question. */
  at: v.number(),
  /** By the member's own clock, epoch milliseconds. */
  now: v.number(),
});

// ── publisher → room ────────────────────────────────────────────────────────────────────────────────────────────────

/** What it says of recognition is for this session alone, each over the room's own setting. */
export const StartSchema = withRecognition({
  type: v.literal("start"),
  encoding: v.picklist(encodings),
  sampleRate: v.pipe(v.number(), v.integer(), v.minValue(8000), v.maxValue(48000)),
  channels: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2)),
  /** Resumes this session; `position` is the earliest sample the publisher still has. */
  session: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /**
   * A secret of the publisher's own making. A session begun with one is resumed only with the same one, because its id
   * is known to every viewer; and a publisher that lost the answer to its first start resumes by the key alone.
   */
  key: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{16,64}$/))),
  position: v.optional(Count),
});
export type Start = v.InferOutput<typeof StartSchema>;

const MarkSchema = v.strictObject({ type: v.literal("mark"), position: Count, sentAt: v.number() });
const FinishSchema = v.strictObject({ type: v.literal("finish") });

export const PublisherMessageSchema = v.variant("type", [
  StartSchema,
  MarkSchema,
  FinishSchema,
  ProbedSchema,
]);
export type PublisherMessage = v.InferOutput<typeof PublisherMessageSchema>;

// ── viewer → room ───────────────────────────────────────────────────────────────────────────────────────────────────

const SeenSchema = v.strictObject({ type: v.literal("seen"), version: Count });

/** A new token in the place of the one that has ended or is about to; answered by `renewed`. */
const AuthSchema = v.strictObject({ type: v.literal("auth"), token: v.pipe(v.string(), v.maxLength(8192)) });

export const ViewerMessageSchema = v.variant("type", [SeenSchema, AuthSchema, ProbedSchema]);
export type ViewerMessage = v.InferOutput<typeof ViewerMessageSchema>;

// ── room → viewer ───────────────────────────────────────────────────────────────────────────────────────────────────

/** Told once, in the first frame. */
const WelcomeSchema = v.object({
  heartbeatMs: v.number(),
  retryWindowMs: v.number(),
  /** When the credential ends, epoch milliseconds. */
  expiresAt: v.number(),
});

export const snapshotReasons = ["new", "epoch", "behind", "ahead"] as const;
export type SnapshotReason = (typeof snapshotReasons)[number];

export const SnapshotSchema = v.object({
  type: v.literal("snapshot"),
  epoch: v.string(),
  version: v.number(),
  segments: v.array(SegmentSchema),
  hasEarlier: v.boolean(),
  interim: v.nullable(InterimSchema),
  status: StatusSchema,
  session: v.nullable(SessionSchema),
  reason: v.picklist(snapshotReasons),
  welcome: v.optional(WelcomeSchema),
});
export type SnapshotFrame = v.InferOutput<typeof SnapshotSchema>;

export const DeltaSchema = v.object({
  type: v.literal("delta"),
  epoch: v.string(),
  from: v.number(),
  to: v.number(),
  put: v.array(SegmentSchema),
  removed: v.array(v.string()),
  interim: v.nullable(InterimSchema),
  status: StatusSchema,
  session: v.nullable(SessionSchema),
  welcome: v.optional(WelcomeSchema),
});
export type DeltaFrame = v.InferOutput<typeof DeltaSchema>;

const StatusFrameSchema = v.object({
  type: v.literal("status"),
  status: StatusSchema,
  session: v.nullable(SessionSchema),
  /** The room's head: a viewer that is not there has a zombie link and comes back with its position. */
  epoch: v.string(),
  version: v.number(),
  /** How many watch, about. */
  viewers: v.number(),
});
export type StatusFrame = v.InferOutput<typeof StatusFrameSchema>;

/** The token has ended: send another with `auth` within so long, or be closed with 4401. */
const RefreshSchema = v.object({ type: v.literal("refresh"), withinMs: v.number() });
export type RefreshFrame = v.InferOutput<typeof RefreshSchema>;
const RenewedSchema = v.object({
  type: v.literal("renewed"),
  /** When the new token ends, epoch milliseconds. */
  expiresAt: v.number(),
});
export type RenewedFrame = v.InferOutput<typeof RenewedSchema>;

export const ErrorFrameSchema = v.object({
  type: v.literal("error"),
  code: v.string(),
  message: v.string(),
  retry: v.boolean(),
});

export const ViewerFrameSchema = v.variant("type", [
  SnapshotSchema,
  DeltaSchema,
  StatusFrameSchema,
  RefreshSchema,
  RenewedSchema,
  ProbeSchema,
  ErrorFrameSchema,
]);
export type ViewerFrame = v.InferOutput<typeof ViewerFrameSchema>;

// ── room → publisher ────────────────────────────────────────────────────────────────────────────────────────────────

const ReadySchema = v.object({
  type: v.literal("ready"),
  session: v.string(),
  /** Send audio from this position on. */
  resumeFrom: v.number(),
  status: StatusSchema,
});
const AckSchema = v.object({
  type: v.literal("ack"),
  /** Audio before this position is in durable captions and may be forgotten. */
  position: v.number(),
});
const FinishedSchema = v.object({ type: v.literal("finished"), version: v.number() });
/** How many watch, told when it has changed and at most once a second. */
const AudienceSchema = v.object({ type: v.literal("audience"), viewers: v.number() });
const PublisherStatusSchema = v.object({ type: v.literal("status"), status: StatusSchema });

export const PublisherFrameSchema = v.variant("type", [
  ReadySchema,
  AckSchema,
  FinishedSchema,
  PublisherStatusSchema,
  AudienceSchema,
  ProbeSchema,
  ErrorFrameSchema,
]);
export type PublisherFrame = v.InferOutput<typeof PublisherFrameSchema>;

// ── the room by HTTP ────────────────────────────────────────────────────────────────────────────────────────────────

/** A room as it stands: what its Durable Object tells the edge, and `GET /v1/rooms/{room}` whoever may know. */
export const RoomDescriptionSchema = v.object({
  settings: RoomSettingsSchema,
  state: v.picklist(roomStates),
  session: v.nullable(SessionSchema),
  epoch: v.string(),
  version: v.number(),
  /** Viewers connected at this moment. */
  viewers: v.number(),
});
export type RoomDescription = Readonly<v.InferOutput<typeof RoomDescriptionSchema>>;
