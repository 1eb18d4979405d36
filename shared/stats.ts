import * as v from "valibot";
import { roomStates } from "./captions.ts";

/**
 * What a room measures of itself, always, as `GET /v1/rooms/{room}/stats` tells it. Never a word of what was said.
 *
 * Counters and spreads are of the latest session, from its beginning; an evicted room goes on with them where they were
 * last kept. All durations are milliseconds.
 */
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Ms = v.pipe(v.number(), v.minValue(0));
const EpochMs = v.number();

/** How the measured values are spread; the percentiles are right to 1 %. */
export const SpreadSchema = v.object({
  count: Count,
  min: Ms,
  mean: Ms,
  p50: Ms,
  p95: Ms,
  p99: Ms,
  max: Ms,
});
export type Spread = Readonly<v.InferOutput<typeof SpreadSchema>>;

/** `null`: nothing was measured. */
const MaybeSpread = v.nullable(SpreadSchema);

export const LatencySchema = v.object({
  /**
   * X − Y, when an interim arrives: the end of the audio that the room has received, less the end of what the interim
   * covers. Finals do not count: they wait on purpose; nor does Flux's `StartOfTurn`.
   */
  transcript: MaybeSpread,
  /** From the last interim of something to its final. */
  final: MaybeSpread,
  /** From the last interim of an utterance to the provider's saying that it is over. */
  endOfTurn: MaybeSpread,
  /** From the publisher's sending of audio to its arrival; of what came while the publisher's clock was known. */
  publisherTransit: MaybeSpread,
  /**
   * From the room's sending of a frame to its arrival at a viewer, 10 s at most; of a few viewers, now and then, as they
   * say it themselves.
   */
  viewerTransit: MaybeSpread,
  /** From asking the provider for a socket to its being open. */
  upstreamConnect: MaybeSpread,
  /** From the loss of the provider's socket to the first thing heard on the next one. */
  upstreamRecovery: MaybeSpread,
  /** From the loss of the publisher's connection to its first audio after coming back. */
  publisherReturn: MaybeSpread,
});
export type Latency = Readonly<v.InferOutput<typeof LatencySchema>>;

/** Another machine's clock less the room's, from the quickest of the latest exchanges, and how wrong that can be. */
const ClockSchema = v.object({ offsetMs: v.number(), uncertaintyMs: Ms });
export type Clock = Readonly<v.InferOutput<typeof ClockSchema>>;

export const CountersSchema = v.object({
  audience: v.object({
    peak: Count,
    joined: Count,
    /** Of those, came back with a position and were sent what they had missed. */
    resumed: Count,
    tooSlow: Count,
  }),
  upstream: v.object({
    /** Sockets asked for, those of them that opened, and those that were refused or not answered. */
    dials: Count,
    opened: Count,
    failed: Count,
    /** Open sockets that broke, stalled or were closed by the provider before their time. */
    lost: Count,
    /** Dials that followed on a failure or a loss. */
    retries: Count,
  }),
  publisher: v.object({ lost: Count, returned: Count, marks: Count, marksOfUnknownClock: Count }),
  /** Milliseconds of audio. */
  audio: v.object({
    received: Ms,
    /** Sent to the provider once more, on a later socket. */
    replayed: Ms,
    /** Recognised by the batch endpoint. */
    backfilled: Ms,
    /** In which somebody seems to speak, by its level. */
    speech: Ms,
    /** Of that, without any caption so far. */
    uncaptioned: Ms,
  }),
  /** Of those that stand in the transcript, or were filled by now (`filled`). */
  gaps: v.object({ count: Count, ms: Ms, filled: Count }),
  text: v.object({
    interims: Count,
    finals: Count,
    words: Count,
    /** Words of an interim, as the provider says it, from the first one on that differs in what followed it. */
    erasedWords: Count,
    corrections: Count,
  }),
});
export type Counters = Readonly<v.InferOutput<typeof CountersSchema>>;

export const alertKinds = ["latency_high", "connections_failing", "no_words", "upstream_failing"] as const;
export type AlertKind = (typeof alertKinds)[number];

export const AlertSchema = v.object({
  kind: v.picklist(alertKinds),
  since: EpochMs,
  /** `null`: it lasts. */
  until: v.nullable(EpochMs),
  /** The worst so far, and what is still good, in the kind's unit; see `alertRules`. */
  worst: v.number(),
  limit: v.number(),
});
export type Alert = Readonly<v.InferOutput<typeof AlertSchema>>;

/** When something is to be looked at: beyond the limit. It is over once 80 % of the limit are not exceeded for 15 s. */
export const alertRules = {
  /** 95th percentile of X − Y in the last minute, milliseconds; of 20 interims or more. */
  latency_high: { limit: 400, unit: "ms" },
  /**
   * Share of the last 100 connections to the provider that failed, within ten minutes. Of 100 also while there were fewer: one
   * failure is nothing, two are an alert.
   */
  connections_failing: { limit: 0.01, unit: "share" },
  /** Milliseconds in the last minute, and since the last word, in which somebody seems to speak. */
  no_words: { limit: 20_000, unit: "ms" },
  /** Failures in a row, without a socket that recognised anything: the third one is too many. */
  upstream_failing: { limit: 2, unit: "failures" },
} as const satisfies Record<AlertKind, { readonly limit: number; readonly unit: string }>;

/** Of one stretch of time. */
export const LagSchema = v.object({ count: Count, p50: Ms, p95: Ms, max: Ms });
export type Lag = Readonly<v.InferOutput<typeof LagSchema>>;

/** The latest minutes, in steps of `windowMs`, for plots; kept in memory alone. */
export const windowMs = 5_000;
export const windowsMax = 120;
const WindowSchema = v.object({
  /** When it began, epoch milliseconds. */
  at: EpochMs,
  /** Of X − Y. */
  lag: v.nullable(LagSchema),
  transitP50: v.nullable(Ms),
  viewerTransitP50: v.nullable(Ms),
  /** Words of finals, by when they came. */
  words: Count,
  erasedWords: Count,
  speechMs: Ms,
  uncaptionedMs: Ms,
  /** The most at a time. */
  viewers: Count,
  /** Upstream sockets lost or refused. */
  failures: Count,
});
export type Window = Readonly<v.InferOutput<typeof WindowSchema>>;

export const RoomStatsSchema = v.object({
  /** When this was told, epoch milliseconds. */
  at: EpochMs,
  state: v.picklist(roomStates),
  session: v.nullable(v.object({ id: v.string(), startedAt: EpochMs, endedAt: v.nullable(EpochMs) })),
  viewers: Count,
  latency: LatencySchema,
  /** The publisher's; `null`: not known, so transit is not either. */
  publisherClock: v.nullable(ClockSchema),
  ...CountersSchema.entries,
  /**
   * Words a minute: of the finals that came in the last minute of this session, or in all its time while it is younger (then
   * as if it were ten seconds old at least).
   */
  wordsPerMinute: Count,
  /** X − Y in the last minute of this session, which is what `latency_high` is about; `null`: no interim came in it. */
  minuteLag: v.nullable(LagSchema),
  /**
   * `erasedWords` for each word of a final, so above 1 too; `null` before the first word. Pages hold words back until they have
   * stood for a moment, and take back far fewer.
   */
  erasure: v.nullable(v.number()),
  /** Of this session: those that last, and the latest that are over, the newest first. */
  alerts: v.array(AlertSchema),
  /** The oldest first; the last one is still going on. */
  recent: v.array(WindowSchema),
});
export type RoomStats = Readonly<v.InferOutput<typeof RoomStatsSchema>>;
