import type { AlertKind, Latency, RoomStats } from "./stats.ts";

/** What the figures of a room are called wherever people read them: on the page, in a report, and in a terminal. */
export type LatencyWords = {
  readonly key: keyof Latency;
  readonly name: string;
  /** From what to what. */
  readonly about: string;
};

/** All of them, in the order in which they are told. */
export const latencyWords: readonly LatencyWords[] = [
  {
    key: "transcript",
    name: "Captions behind the sound",
    about: "sound received, less sound captioned, at each interim",
  },
  { key: "final", name: "Until final", about: "from the last interim of something to its final" },
  {
    key: "endOfTurn",
    name: "Until an utterance is over",
    about: "from its last interim to the speech service's word",
  },
  { key: "publisherTransit", name: "Publisher to room", about: "from sending sound to its arrival" },
  { key: "viewerTransit", name: "Room to viewers", about: "of a few viewers, now and then" },
  {
    key: "upstreamConnect",
    name: "Connecting to the speech service",
    about: "from asking to an open connection",
  },
  {
    key: "upstreamRecovery",
    name: "Speech service back",
    about: "from losing it to the first thing heard again",
  },
  { key: "publisherReturn", name: "Publisher back", about: "from losing it to its first sound again" },
];

export const alertTitles: Readonly<Record<AlertKind, string>> = {
  latency_high: "Captions come late",
  connections_failing: "Connections to the speech service fail",
  no_words: "Somebody speaks and no words come",
  upstream_failing: "The speech service does not work",
};

/**
 * Words of interims that were taken back, for each word of a final: "1.14". It is no share of anything: a word that changes
 * takes back all those behind it, again and again, so that more can be taken back than is ever final.
 */
export function erasureInWords(erasure: number): string {
  return erasure > 0 && erasure < 0.01 ? "less than 0.01" : String(Number(erasure.toFixed(2)));
}

/** Where erasure is counted, and what of it a reader sees: `npm run wer` measures both. */
export const erasureAbout =
  "as they come from the speech service; a page in fast mode takes back far fewer, in steady mode none";

/** Which time `wordsPerMinute` and `minuteLag` are of. */
export function minuteInWords({ at, session }: Pick<RoomStats, "at" | "session">): string {
  const ageMs = session === null ? Number.POSITIVE_INFINITY : Math.max(0, at - session.startedAt);
  return ageMs < 60_000 ? `in this session's ${Math.round(ageMs / 1_000)} s` : "in the last minute";
}
