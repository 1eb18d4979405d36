import { Figures } from "../../../party/room/measure/figures.ts";
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

const nothing = Figures.begin(
  {
    id: "one",
    startedAt: firstAt,
    language: null,
    model: null,
    format: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
    ended: null,
  },
  0,
);

/** A room on air, of which nothing was measured but for what is given. */
export function statsOf(told: Partial<RoomStats> = {}): RoomStats {
  return {
    at: firstAt,
    state: "live",
    session: { id: "one", startedAt: firstAt, endedAt: null },
    viewers: 0,
    latency: nothing.latency,
    publisherClock: null,
    ...nothing.told,
    wordsPerMinute: 0,
    minuteLag: null,
    erasure: null,
    alerts: [],
    recent: [],
    ...told,
  };
}
