import { capital } from "../../shared/capital.ts";
import { counted } from "../../shared/counted.ts";
import { burstWordsPerMinute } from "../../shared/quality-report.ts";
import { type AlertKind, alertRules, type RoomStats, windowMs } from "../../shared/stats.ts";
import { minuteInWords } from "../../shared/stats-words.ts";
import type { Tone } from "../../shared/words.ts";
import { isRunning } from "./alert-words.ts";
import { inMs, lasting, plainNumber } from "./figures.ts";

/** What can be read at a glance: a name, one figure, and what it is to be held against. */
export type KeyFigure = {
  readonly name: string;
  readonly value: string;
  readonly note: string;
  /** `trouble` while an alert of it runs: there is one rule for what is bad, and it is the room's. */
  readonly tone: Exclude<Tone, "live">;
};

const minuteMs = 60_000;
const none = "–";

/** Of the session's last minute where that is said, else of all of it. */
export function keyFiguresOf(stats: RoomStats): readonly KeyFigure[] {
  const {
    viewers,
    audience,
    upstream,
    latency,
    publisherClock,
    wordsPerMinute,
    minuteLag: lag,
    alerts,
    session,
  } = stats;
  const toneOf = (...kinds: readonly AlertKind[]) =>
    alerts.some((alert) => isRunning(alert) && kinds.includes(alert.kind)) ? "trouble" : "calm";
  const begunAt = Math.max(stats.at - minuteMs, session?.startedAt ?? 0);
  const minute = stats.recent.filter(({ at }) => at + windowMs > begunAt);
  const inTime = minuteInWords(stats);
  const speechMs = minute.reduce((sum, window) => sum + window.speechMs, 0);
  const uncaptionedMs = minute.reduce((sum, window) => sum + window.uncaptionedMs, 0);
  const failures = upstream.failed + upstream.lost;
  const transit = latency.publisherTransit;
  const { limit } = alertRules.latency_high;
  return [
    {
      name: "Caption lag",
      value: lag === null ? none : inMs(lag.p50),
      note:
        lag === null
          ? `Nothing measured ${inTime}`
          : `Median ${inTime}; 95 % within ${inMs(lag.p95)}, limit ${limit} ms`,
      tone: toneOf("latency_high"),
    },
    {
      name: "Speech without captions",
      value: speechMs === 0 ? none : lasting(uncaptionedMs),
      note: speechMs === 0 ? `Nobody spoke ${inTime}` : `of ${lasting(speechMs)} ${inTime}`,
      tone: toneOf("no_words"),
    },
    {
      name: "Speech service",
      value: failures === 0 ? "No failures" : counted(failures, "failure"),
      note: `in ${counted(upstream.dials, "connection")} of this session`,
      tone: toneOf("connections_failing", "upstream_failing"),
    },
    {
      name: "Publisher to room",
      value: transit === null ? "Unknown" : inMs(transit.p50),
      note: transitNote(publisherClock !== null, transit?.p95 ?? null),
      tone: "calm",
    },
    {
      name: "Words a minute",
      value: plainNumber(wordsPerMinute),
      note: `${capital(inTime)}; up to ${burstWordsPerMinute} can be read along`,
      tone: "calm",
    },
    {
      name: "Viewers",
      value: plainNumber(viewers),
      note: `At most ${plainNumber(audience.peak)} at a time`,
      tone: "calm",
    },
  ];
}

function transitNote(isClockKnown: boolean, p95: number | null): string {
  if (p95 !== null) return `95 % within ${inMs(p95)}${isClockKnown ? "" : "; now unknown"}`;
  return isClockKnown ? "Nothing measured yet" : "The publisher's clock is not known";
}
