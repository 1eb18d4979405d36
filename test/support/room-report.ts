import {
  type Burst,
  burstWordsPerMinute,
  type Minute,
  type QualityReport,
} from "../../shared/quality-report.ts";
import type { Counters } from "../../shared/stats.ts";
import { counters, latency } from "./room-stats.ts";

/** A report made up: a session of so many minutes with a bad quarter in the middle. */
export function madeUpReport(count: number, changes: Partial<QualityReport> = {}): QualityReport {
  const startedAt = Date.UTC(2026, 8, 22, 17, 58, 12);
  const minutes = Array.from({ length: count }, (_, minute) => minuteAt(minute, count));
  return {
    session: {
      id: "000000001-made-up",
      startedAt,
      endedAt: startedAt + count * 60_000,
      endedBy: "finish",
      language: "en",
      model: "nova-3",
    },
    latency,
    ...countersOf(minutes),
    erasure: 0.08,
    minutes,
    bursts: minutes.filter(({ fastest }) => fastest > burstWordsPerMinute).map(burstIn),
    gapRanges: [
      { start: count * 30_000, end: count * 30_000 + 9_400, filled: true },
      { start: count * 32_000, end: count * 32_000 + 3_000, filled: false },
    ],
    interruptions: [
      { what: "upstream", start: count * 30_000, tookMs: 2_300 },
      { what: "upstream", start: count * 32_000, tookMs: 12_500 },
      { what: "publisher", start: count * 45_000, tookMs: null },
    ],
    alerts: [
      {
        kind: "latency_high",
        since: startedAt + count * 29_000,
        until: startedAt + count * 34_000,
        worst: 1_210,
        limit: 400,
      },
      {
        kind: "connections_failing",
        since: startedAt + count * 50_000,
        until: null,
        worst: 0.034,
        limit: 0.01,
      },
    ],
    ...changes,
  };
}

/** As they add up. */
function countersOf(minutes: readonly Minute[]): Counters {
  const sum = (of: (minute: Minute) => number): number =>
    minutes.reduce((total, minute) => total + of(minute), 0);
  return {
    ...counters,
    audio: {
      ...counters.audio,
      received: minutes.length * 60_000,
      speech: sum(({ speechMs }) => speechMs),
      uncaptioned: sum(({ uncaptionedMs }) => uncaptionedMs),
    },
    text: {
      ...counters.text,
      words: sum(({ words }) => words),
      erasedWords: sum(({ erasedWords }) => erasedWords),
      corrections: sum((minute) => minute.corrections),
    },
  };
}

function minuteAt(minute: number, count: number): Minute {
  const share = minute / count;
  const isBad = share > 0.45 && share < 0.6;
  const wave = Math.sin(minute * 1.7);
  const p50 = 180 + 40 * wave + (isBad ? 300 : 0);
  const isQuiet = share > 0.75 && share < 0.8;
  return {
    minute,
    lag: isQuiet ? null : { count: 50, p50, p95: p50 * 1.6 + 20, max: p50 * 2.5 },
    words: isQuiet ? 0 : Math.round(140 + 25 * wave),
    fastest: isQuiet ? 0 : Math.round(175 + 40 * Math.sin(minute * 0.9)),
    speechMs: isQuiet ? 0 : 44_000 + 9_000 * wave,
    uncaptionedMs: isBad ? 6_000 + 4_000 * wave : 0,
    gapMs: isBad ? 1_500 : 0,
    erasedWords: 9,
    corrections: minute % 7 === 0 ? 1 : 0,
    upstreamLost: isBad && minute % 2 === 0 ? 1 : 0,
    publisherLost: 0,
    viewers: 20 + Math.round(8 * wave),
  };
}

function burstIn({ minute, fastest }: Minute): Burst {
  return { start: minute * 60_000, end: minute * 60_000 + 10_000, wordsPerMinute: fastest };
}
