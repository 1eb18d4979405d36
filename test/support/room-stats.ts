import type { Counters, Latency, RoomStats, Spread } from "../../shared/stats.ts";

/** Measurements made up, each number another one. */
export const spread: Spread = { count: 40, min: 20, mean: 250, p50: 210, p95: 640, p99: 900, max: 1_100 };

export const latency: Latency = {
  transcript: spread,
  final: { ...spread, count: 21 },
  endOfTurn: null,
  publisherTransit: { count: 3, min: 10, mean: 12, p50: 11, p95: 15, p99: 15, max: 15 },
  viewerTransit: null,
  upstreamConnect: { count: 2, min: 80, mean: 90, p50: 80, p95: 100, p99: 100, max: 100 },
  upstreamRecovery: { count: 1, min: 2_300, mean: 2_300, p50: 2_300, p95: 2_300, p99: 2_300, max: 2_300 },
  publisherReturn: null,
};

export const counters: Counters = {
  audience: { peak: 31, joined: 45, resumed: 6, tooSlow: 1 },
  upstream: { dials: 5, opened: 3, failed: 2, lost: 2, retries: 4 },
  publisher: { lost: 1, returned: 1, marks: 11, marksOfUnknownClock: 7 },
  audio: { received: 600_500, replayed: 3_200, backfilled: 15_000, speech: 412_000, uncaptioned: 8_250 },
  gaps: { count: 2, ms: 12_400, filled: 1 },
  text: { interims: 913, finals: 210, words: 1_204, erasedWords: 96, corrections: 8 },
};

export const roomStats: RoomStats = {
  at: 1_790_000_600_000,
  state: "recovering",
  session: { id: "000000001-made-up", startedAt: 1_790_000_000_500, endedAt: null },
  viewers: 27,
  latency,
  publisherClock: { offsetMs: -1_500, uncertaintyMs: 25 },
  ...counters,
  wordsPerMinute: 143,
  minuteLag: { count: 38, p50: 230, p95: 390, max: 870 },
  erasure: 0.08,
  alerts: [
    { kind: "upstream_failing", since: 1_790_000_500_000, until: null, worst: 4, limit: 3 },
    { kind: "latency_high", since: 1_790_000_100_000, until: 1_790_000_160_000, worst: 640, limit: 400 },
  ],
  recent: [],
};
