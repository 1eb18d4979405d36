import * as v from "valibot";
import { AlertSchema, CountersSchema, LagSchema, LatencySchema } from "./stats.ts";

/**
 * How a session's captions were, minute by minute, as `GET /v1/rooms/{room}/reports/{session}` tells it. Kept as long as
 * the captions would be, without a word of them. Times without `at` are milliseconds on the session's own clock.
 */
const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Ms = v.pipe(v.number(), v.minValue(0));
const EpochMs = v.number();

/** Faster than this captions cannot be read along. */
export const burstWordsPerMinute = 200;
/** A pace is that of so much time. */
export const paceMs = 10_000;

export const MinuteSchema = v.object({
  /** 0 is the session's first, by its audio. */
  minute: Count,
  /** X − Y, see `LatencySchema`. */
  lag: v.nullable(LagSchema),
  /** Words by when they were spoken, and the fastest `paceMs` of them as words a minute. */
  words: Count,
  fastest: Count,
  speechMs: Ms,
  uncaptionedMs: Ms,
  /** Of gaps of an hour at most: longer ones are told by `gapRanges` alone. */
  gapMs: Ms,
  erasedWords: Count,
  corrections: Count,
  upstreamLost: Count,
  publisherLost: Count,
  /** The most at a time. */
  viewers: Count,
});
export type Minute = Readonly<v.InferOutput<typeof MinuteSchema>>;

/** One in which nothing happened, to be counted on. */
export function emptyMinute(minute: number): v.InferOutput<typeof MinuteSchema> {
  return {
    minute,
    lag: null,
    words: 0,
    fastest: 0,
    speechMs: 0,
    uncaptionedMs: 0,
    gapMs: 0,
    erasedWords: 0,
    corrections: 0,
    upstreamLost: 0,
    publisherLost: 0,
    viewers: 0,
  };
}

/** What was counted in two stretches of a session, as in one. How late captions were is not among it: spreads do not add up. */
export function countedTogether(a: Counted, b: Counted): Counted {
  return {
    words: a.words + b.words,
    fastest: Math.max(a.fastest, b.fastest),
    speechMs: a.speechMs + b.speechMs,
    uncaptionedMs: a.uncaptionedMs + b.uncaptionedMs,
    gapMs: a.gapMs + b.gapMs,
    erasedWords: a.erasedWords + b.erasedWords,
    corrections: a.corrections + b.corrections,
    upstreamLost: a.upstreamLost + b.upstreamLost,
    publisherLost: a.publisherLost + b.publisherLost,
    viewers: Math.max(a.viewers, b.viewers),
  };
}
type Counted = Omit<Minute, "minute" | "lag">;

/** A stretch that was spoken faster than `burstWordsPerMinute`. */
export const BurstSchema = v.object({ start: Ms, end: Ms, wordsPerMinute: Count });
export type Burst = Readonly<v.InferOutput<typeof BurstSchema>>;

export const QualityReportSchema = v.object({
  session: v.object({
    id: v.string(),
    startedAt: EpochMs,
    endedAt: v.nullable(EpochMs),
    /** How it ended: `finish`, `absence`, `takeover` or `failure`; `null` while it runs. */
    endedBy: v.nullable(v.string()),
    language: v.nullable(v.string()),
    model: v.nullable(v.string()),
  }),
  latency: LatencySchema,
  ...CountersSchema.entries,
  /** See `RoomStatsSchema`. */
  erasure: v.nullable(v.number()),
  /** Those in which there was something, in order; the first `minutesMax` of them. */
  minutes: v.array(MinuteSchema),
  /** The first `eventsMax` of each kind. */
  bursts: v.array(BurstSchema),
  gapRanges: v.array(v.object({ start: Ms, end: Ms, filled: v.boolean() })),
  /** What was lost at which position of the audio, and for how long; `null`: it never came back. */
  interruptions: v.array(
    v.object({ what: v.picklist(["upstream", "publisher"]), start: Ms, tookMs: v.nullable(Ms) }),
  ),
  alerts: v.array(AlertSchema),
});
export type QualityReport = Readonly<v.InferOutput<typeof QualityReportSchema>>;

export const eventsMax = 200;
/** A day of audio. */
export const minutesMax = 24 * 60;

/** One line of `GET /v1/rooms/{room}/reports`, the newest first. */
const ReportEntrySchema = v.object({
  session: v.string(),
  startedAt: EpochMs,
  endedAt: v.nullable(EpochMs),
});
export type ReportEntry = Readonly<v.InferOutput<typeof ReportEntrySchema>>;
export const ReportListSchema = v.object({ reports: v.array(ReportEntrySchema) });
/** Sessions whose reports are kept; the oldest go first. */
export const reportsMax = 50;
