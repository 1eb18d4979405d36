import type { Alert, RoomStats, Spread, Window } from "../../../shared/stats.ts";

/**
 * What is written down of a session for later queries: a point for each minute and for what is left at the end, one for its
 * end, and one for each alert as it begins and as it is over. A session that is taken up again after its end ends once
 * more: of its `session` points the latest counts, which has all of it. What an object measured of a minute in which it
 * died is in no `minute` point. Names of figures, in the order in which they are written; durations are milliseconds, and −1 is
 * what was not measured. What stands here keeps its place: queries know the figures by it.
 */
export const pointFigures = {
  /** Of the windows of `RoomStats.recent` since the point before, twelve as a rule; `lag…` is X − Y, its worst window counts. */
  minute: [
    "viewers",
    "interims",
    "lagP50",
    "lagP95",
    "lagMax",
    "publisherTransitP50",
    "viewerTransitP50",
    "words",
    "erasedWords",
    "speech",
    "uncaptioned",
    "failures",
  ],
  session: [
    "lasted",
    "audio",
    "viewersPeak",
    "lagP50",
    "lagP95",
    "lagP99",
    "finalP95",
    "endOfTurnP95",
    "publisherTransitP95",
    "viewerTransitP95",
    "upstreamConnectP95",
    "upstreamRecoveryMax",
    "dials",
    "dialsFailed",
    "upstreamLost",
    "publisherLost",
    "gaps",
    "words",
    "erasedWords",
    "uncaptioned",
  ],
  /** In the unit of its kind; `lasted` is −1 as it begins. */
  alert: ["worst", "limit", "lasted"],
} as const;

type Kind = keyof typeof pointFigures;
export type FiguresOf<K extends Kind> = Readonly<Record<(typeof pointFigures)[K][number], number>>;

/** `about`: how the session ended, or which alert it is. */
export type Point = {
  readonly [K in Kind]: {
    readonly kind: K;
    readonly session: string;
    readonly about: string;
    readonly figures: FiguresOf<K>;
  };
}[Kind];

export const minuteWindows = 12;

export function minuteFigures(windows: readonly Window[]): FiguresOf<"minute"> {
  const most = (of: (window: Window) => number | null | undefined) =>
    windows.reduce((max, window) => Math.max(max, of(window) ?? -1), -1);
  const sum = (of: (window: Window) => number) => windows.reduce((total, window) => total + of(window), 0);
  return {
    viewers: Math.max(
      0,
      most(({ viewers }) => viewers),
    ),
    interims: sum(({ lag }) => lag?.count ?? 0),
    lagP50: most(({ lag }) => lag?.p50),
    lagP95: most(({ lag }) => lag?.p95),
    lagMax: most(({ lag }) => lag?.max),
    publisherTransitP50: most(({ transitP50 }) => transitP50),
    viewerTransitP50: most(({ viewerTransitP50 }) => viewerTransitP50),
    words: sum(({ words }) => words),
    erasedWords: sum(({ erasedWords }) => erasedWords),
    speech: sum(({ speechMs }) => speechMs),
    uncaptioned: sum(({ uncaptionedMs }) => uncaptionedMs),
    failures: sum(({ failures }) => failures),
  };
}

export function sessionFigures(stats: RoomStats): FiguresOf<"session"> {
  const { latency, upstream, publisher, audio, audience, gaps, text, session, at } = stats;
  const of = (spread: Spread | null, which: "p50" | "p95" | "p99" | "max") =>
    spread === null ? -1 : Math.round(spread[which]);
  return {
    lasted: session === null ? -1 : Math.max(0, (session.endedAt ?? at) - session.startedAt),
    audio: Math.round(audio.received),
    viewersPeak: audience.peak,
    lagP50: of(latency.transcript, "p50"),
    lagP95: of(latency.transcript, "p95"),
    lagP99: of(latency.transcript, "p99"),
    finalP95: of(latency.final, "p95"),
    endOfTurnP95: of(latency.endOfTurn, "p95"),
    publisherTransitP95: of(latency.publisherTransit, "p95"),
    viewerTransitP95: of(latency.viewerTransit, "p95"),
    upstreamConnectP95: of(latency.upstreamConnect, "p95"),
    upstreamRecoveryMax: of(latency.upstreamRecovery, "max"),
    dials: upstream.dials,
    dialsFailed: upstream.failed,
    upstreamLost: upstream.lost,
    publisherLost: publisher.lost,
    gaps: gaps.count,
    words: text.words,
    erasedWords: text.erasedWords,
    uncaptioned: Math.round(audio.uncaptioned),
  };
}

export function alertFigures({ worst, limit, since, until }: Alert): FiguresOf<"alert"> {
  return { worst, limit, lasted: until === null ? -1 : until - since };
}
