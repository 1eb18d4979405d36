import type { QualityReport } from "../../shared/quality-report.ts";
import type { RoomAnswer } from "../../shared/rooms.ts";
import type { Alert, Latency, RoomStats, Spread } from "../../shared/stats.ts";
import { alertRules } from "../../shared/stats.ts";
import { erasureAbout, erasureInWords, latencyWords, minuteInWords } from "../../shared/stats-words.ts";
import { clockText } from "../terminal/output.ts";
import { table } from "../terminal/table.ts";

/** A room as it stands, for people. */
export function roomText({ room, state, session, viewers, version, settings }: RoomAnswer): string {
  return [
    table([
      ["room", room],
      ["state", state],
      ["session", session === null ? "none" : `${session.id}, since ${timeText(session.startedAt)}`],
      ["viewers", String(viewers)],
      ["version", String(version)],
    ]),
    settingsText(settings),
  ].join("");
}

function settingsText(settings: RoomAnswer["settings"]): string {
  if (settings === undefined) return "settings: not told to this token, which lacks the scope rooms:admin\n";
  const set = Object.entries(settings).map(([name, value]) => [`  ${name}`, JSON.stringify(value)]);
  return set.length === 0 ? "settings: none; all is as by default\n" : `settings\n${table(set)}`;
}

export function statsText(stats: RoomStats): string {
  const { session, state, viewers, audience, upstream, publisher, wordsPerMinute, alerts } = stats;
  const since =
    session === null ? "no session yet" : `session ${session.id}, since ${timeText(session.startedAt)}`;
  return [
    `${state}, ${since}\n\n`,
    latencyText(stats.latency),
    "\n",
    table([
      ["viewers", `${viewers} now, ${audience.peak} at most, ${audience.resumed} times one came back`],
      ["pace", `${wordsPerMinute} words a minute ${minuteInWords(stats)}`],
      ["lag", lagText(stats)],
      ...countRows(stats),
      ["speech service", `${upstream.dials} connections, ${upstream.failed} failed, ${upstream.lost} lost`],
      ["publisher", `lost ${publisher.lost} times, came back ${publisher.returned} times`],
    ]),
    alertsText(alerts),
  ].join("");
}

function lagText({ minuteLag: lag, ...stats }: RoomStats): string {
  const inTime = minuteInWords(stats);
  if (lag === null) return `nothing measured ${inTime}`;
  return `${Math.round(lag.p50)} ms ${inTime}, 95 % within ${Math.round(lag.p95)} ms`;
}

export function reportText(report: QualityReport): string {
  const { session, minutes, bursts, interruptions } = report;
  const ended =
    session.endedAt === null
      ? "still running"
      : `to ${timeText(session.endedAt)} (${session.endedBy ?? "?"})`;
  const rows = minutes.map((minute) => [
    String(minute.minute),
    minute.lag === null ? "-" : String(Math.round(minute.lag.p50)),
    minute.lag === null ? "-" : String(Math.round(minute.lag.p95)),
    String(minute.words),
    String(minute.fastest),
    seconds(minute.uncaptionedMs),
    seconds(minute.gapMs),
    String(minute.corrections),
    String(minute.viewers),
  ]);
  return [
    `session ${session.id}: ${timeText(session.startedAt)}, ${ended}\n\n`,
    latencyText(report.latency),
    "\n",
    table([
      ...countRows(report),
      [
        "faster than can be read",
        `${bursts.length} stretches${bursts.map((burst) => `, ${clockText(burst.start)} (${burst.wordsPerMinute}/min)`).join("")}`,
      ],
      [
        "interruptions",
        `${interruptions.length}${interruptions.map(({ what, start }) => `, ${what} at ${clockText(start)}`).join("")}`,
      ],
    ]),
    "\n",
    table(
      [
        [
          "minute",
          "lag p50",
          "p95 (ms)",
          "words",
          "fastest/min",
          "uncaptioned",
          "gaps",
          "corrected",
          "viewers",
        ],
        ...rows,
      ],
      { figures: true },
    ),
    alertsText(report.alerts),
  ].join("");
}

function countRows({
  audio,
  gaps,
  text,
  erasure,
}: Pick<RoomStats, "audio" | "gaps" | "text" | "erasure">): string[][] {
  const erased =
    erasure === null
      ? []
      : [["taken back", `${erasureInWords(erasure)} words for each final word, ${erasureAbout}`]];
  return [
    [
      "audio",
      `${seconds(audio.received)}, of which ${seconds(audio.speech)} of speech and ${seconds(audio.uncaptioned)} of that uncaptioned`,
    ],
    ["sent again, filled in later", `${seconds(audio.replayed)}, ${seconds(audio.backfilled)}`],
    ["gaps", `${gaps.count} (${seconds(gaps.ms)}), ${gaps.filled} filled`],
    ["words", `${text.words} in ${text.finals} finals, ${text.corrections} corrections`],
    ...erased,
  ];
}

function latencyText(latency: Latency): string {
  const rows = latencyWords.map(({ key, name }) => [name, ...spreadCells(latency[key])]);
  return table([["milliseconds", "count", "mean", "p50", "p95", "p99", "max"], ...rows], { figures: true });
}

function spreadCells(spread: Spread | null): string[] {
  if (spread === null) return ["-", "-", "-", "-", "-", "-"];
  const { count, mean, p50, p95, p99, max } = spread;
  return [count, mean, p50, p95, p99, max].map((value) => String(Math.round(value)));
}

function alertsText(alerts: readonly Alert[]): string {
  if (alerts.length === 0) return "\nno alerts\n";
  const rows = alerts.map(({ kind, since, until, worst, limit }) => [
    kind,
    timeText(since),
    until === null ? "lasts" : `to ${timeText(until)}`,
    `${Math.round(worst * 100) / 100} ${alertRules[kind].unit}, ${limit} is the limit`,
  ]);
  return `\nalerts\n${table(rows)}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function timeText(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, "Z");
}
