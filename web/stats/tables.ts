import type { Latency, RoomStats, Spread } from "../../shared/stats.ts";
import { erasureAbout, erasureInWords, latencyWords } from "../../shared/stats-words.ts";
import { lasting, percent, plainNumber } from "./figures.ts";

export type LatencyRow = {
  readonly name: string;
  readonly about: string;
  readonly spread: Spread | null;
  /** In the place of figures, where there are none. */
  readonly instead: string;
};

export type CounterTable = {
  readonly caption: string;
  readonly rows: readonly (readonly [name: string, value: string, about?: string])[];
};

export function latencyRows({ latency, publisherClock }: RoomStats): readonly LatencyRow[] {
  return latencyWords.map(({ key, name, about }) => {
    const isUnknown = key === "publisherTransit" && publisherClock === null;
    const instead = isUnknown ? "Unknown: the publisher's clock is not known" : insteadOf(key);
    return { name, about, spread: latency[key], instead };
  });
}

function insteadOf(key: keyof Latency): string {
  switch (key) {
    case "upstreamRecovery":
    case "publisherReturn":
      return "Never lost";
    default:
      return "Nothing measured yet";
  }
}

export function counterTables(stats: RoomStats): readonly CounterTable[] {
  const { audience, upstream, publisher, audio, gaps, text, erasure, publisherClock } = stats;
  return [
    {
      caption: "Text",
      rows: [
        ["Words", plainNumber(text.words)],
        ["Finals", plainNumber(text.finals)],
        ["Interims", plainNumber(text.interims)],
        [
          "Taken back for each final word",
          erasure === null ? "No words yet" : erasureInWords(erasure),
          erasureAbout,
        ],
        ["Corrections", plainNumber(text.corrections)],
      ],
    },
    {
      caption: "Sound",
      rows: [
        ["Received", lasting(audio.received)],
        ["With speech", lasting(audio.speech)],
        ["Speech without captions", withShare(audio.uncaptioned, audio.speech)],
        ["Sent once more after a loss", lasting(audio.replayed)],
        ["Captioned afterwards", lasting(audio.backfilled)],
        ["Gaps", gaps.count === 0 ? "None" : `${plainNumber(gaps.count)}, ${lasting(gaps.ms)} in all`],
        ["Gaps filled", plainNumber(gaps.filled)],
      ],
    },
    {
      caption: "Speech service",
      rows: [
        ["Connections asked for", plainNumber(upstream.dials)],
        ["Opened", plainNumber(upstream.opened)],
        ["Refused or not answered", plainNumber(upstream.failed)],
        ["Lost", plainNumber(upstream.lost)],
        ["Tried again", plainNumber(upstream.retries)],
      ],
    },
    {
      caption: "Publisher",
      rows: [
        ["Connections lost", plainNumber(publisher.lost)],
        ["Came back", plainNumber(publisher.returned)],
        ["Marks of time", plainNumber(publisher.marks)],
        ["Of an unknown clock", plainNumber(publisher.marksOfUnknownClock)],
        [
          "Its clock",
          publisherClock === null
            ? "Not known"
            : `${clockInWords(publisherClock.offsetMs)}, give or take ${plainNumber(publisherClock.uncertaintyMs)} ms`,
        ],
      ],
    },
    {
      caption: "Viewers",
      rows: [
        ["Now", plainNumber(stats.viewers)],
        ["Most at a time", plainNumber(audience.peak)],
        ["Came", plainNumber(audience.joined)],
        ["Of those, came back", plainNumber(audience.resumed)],
        ["Too slow", plainNumber(audience.tooSlow)],
      ],
    },
  ];
}

function withShare(ms: number, ofMs: number): string {
  return ofMs === 0 ? lasting(ms) : `${lasting(ms)} (${percent(ms / ofMs)})`;
}

function clockInWords(offsetMs: number): string {
  const size = `${plainNumber(Math.abs(offsetMs))} ms`;
  if (Math.round(offsetMs) === 0) return "As the room's";
  return offsetMs > 0 ? `${size} ahead` : `${size} behind`;
}
