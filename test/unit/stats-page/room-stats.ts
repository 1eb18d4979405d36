import type { RoomStats, Window } from "../../../shared/stats.ts";
import { windowMs } from "../../../shared/stats.ts";

/** When the first window of these tests begins, epoch milliseconds. */
export const firstAt = 1_700_000_000_000;

/** The window number `index`, in which nothing happened but for what is given. */
export function windowOf(index: number, happened: Partial<Window> = {}): Window {
  return {
    at: firstAt + index * windowMs,
    lag: null,
    transitP50: null,
    viewerTransitP50: null,
    words: 0,
    erasedWords: 0,
    speechMs: 0,
    uncaptionedMs: 0,
    viewers: 0,
    failures: 0,
    ...happened,
  };
}

/** A room on air, of which nothing was measured but for what is given. */
export function statsOf(told: Partial<RoomStats> = {}): RoomStats {
  return {
    at: firstAt,
    state: "live",
    session: { id: "one", startedAt: firstAt, endedAt: null },
    viewers: 0,
    latency: {
      transcript: null,
      final: null,
      endOfTurn: null,
      publisherTransit: null,
      viewerTransit: null,
      upstreamConnect: null,
      upstreamRecovery: null,
      publisherReturn: null,
    },
    publisherClock: null,
    audience: { peak: 0, joined: 0, resumed: 0, tooSlow: 0 },
    upstream: { dials: 0, opened: 0, failed: 0, lost: 0, retries: 0 },
    publisher: { lost: 0, returned: 0, marks: 0, marksOfUnknownClock: 0 },
    audio: { received: 0, replayed: 0, backfilled: 0, speech: 0, uncaptioned: 0 },
    gaps: { count: 0, ms: 0, filled: 0 },
    text: { interims: 0, finals: 0, words: 0, erasedWords: 0, corrections: 0 },
    wordsPerMinute: 0,
    erasure: null,
    alerts: [],
    recent: [],
    ...told,
  };
}
