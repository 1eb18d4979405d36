import * as v from "valibot";

/** What a room's transcript is made of. Times are whole milliseconds on the clock of the segment's session. */
const Ms = v.pipe(v.number(), v.integer(), v.minValue(0));

export const WordSchema = v.object({
  text: v.string(),
  start: Ms,
  end: Ms,
  confidence: v.optional(v.number()),
});
export type Word = Readonly<v.InferOutput<typeof WordSchema>>;

export const SegmentSchema = v.object({
  id: v.string(),
  /** The session it was spoken in: a room may hold several, each with its own clock. */
  session: v.string(),
  start: Ms,
  end: Ms,
  text: v.string(),
  speaker: v.optional(v.number()),
  words: v.optional(v.array(WordSchema)),
  /** When it was written down, epoch milliseconds. */
  at: Ms,
  /** Version of the last change that touched it. */
  version: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** A `gap` says honestly that captions for `start…end` were lost. */
  kind: v.picklist(["speech", "gap"]),
  edited: v.optional(v.literal(true)),
});
export type Segment = Readonly<v.InferOutput<typeof SegmentSchema>>;

/**
 * The one order of a transcript: by session, then time. Total and free of history, so that room, storage and every
 * viewer agree whatever each of them missed: session ids sort by the time at which they began.
 */
export function compareSegments(a: Segment, b: Segment): number {
  return compareText(a.session, b.session) || a.start - b.start || a.end - b.end || compareText(a.id, b.id);
}

/** Those that stand behind `after`, which may be gone; all behind `null`. */
export function segmentsBehind(segments: readonly Segment[], after: Segment | null): readonly Segment[] {
  return after === null ? segments : segments.filter((segment) => compareSegments(segment, after) > 0);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is being said now: state, not history; replaced as a whole, never stored. */
export const InterimSchema = v.object({
  start: Ms,
  end: Ms,
  text: v.string(),
  speaker: v.optional(v.number()),
});
export type Interim = Readonly<v.InferOutput<typeof InterimSchema>>;

export const SessionSchema = v.object({
  /** Sorts as text after every earlier session of the room. */
  id: v.string(),
  /** Wall clock of position 0, epoch milliseconds. */
  startedAt: v.number(),
});
export type Session = Readonly<v.InferOutput<typeof SessionSchema>>;

export const roomStates = ["idle", "connecting", "live", "recovering", "ended"] as const;
export type RoomState = (typeof roomStates)[number];

export const statusReasons = ["publisher_away", "provider_unavailable"] as const;

export const StatusSchema = v.object({
  state: v.picklist(roomStates),
  /** Why nothing comes, with `connecting` and `recovering`, where that is known. */
  reason: v.optional(v.picklist(statusReasons)),
  /** Epoch milliseconds since when. */
  since: v.number(),
});
export type Status = Readonly<v.InferOutput<typeof StatusSchema>>;
