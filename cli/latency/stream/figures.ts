import { spreadOf } from "../../../shared/percentile.ts";
import type { Spread } from "../../../shared/stats.ts";
import { type Closing, type Heard, hear } from "./heard.ts";
import type { Tape } from "./tape.ts";

/** Milliseconds unless named otherwise; null where nothing was measured. `captionwire latency stream --help` defines each. */
export type Figures = {
  readonly audio_s: number;
  readonly connect_ms: number;
  readonly first_message_ms: number | null;
  readonly first_words_ms: number | null;
  readonly interims: number;
  readonly interims_per_s: number | null;
  readonly message_latency: Spread | null;
  /** The mean of it less the time to connect, which stands for the network; not below 0. */
  readonly transcription_mean_ms: number | null;
  readonly speech: { readonly by: string; readonly ends: number };
  readonly end_of_turn: Readonly<Record<Closing, EndOfTurn>>;
  readonly transcript: string;
};

export type EndOfTurn = {
  readonly events: number;
  /** From the end of speech having been sent; one for each end that was found to be meant. */
  readonly since_speech_end: Spread | null;
  /** From the last interim with words before it. */
  readonly since_last_interim: Spread | null;
};

/** How far the end of the last word and the end of speech, as the voice activity has it, may be apart. */
const sameEndS = 0.5;

/** Everything that a tape says. */
export function figuresOf(tape: Tape): Figures {
  const audioS = tape.sent.at(-1)?.[0] ?? 0;
  const entries = tape.messages.flatMap((entry) => {
    const heard = hear(entry);
    return heard === null ? [] : [{ at: entry.received, cursorS: entry.audio_cursor, heard }];
  });
  const latencies = entries
    .filter(({ heard }) => heard.isInterim)
    .map(({ cursorS, heard }) => toMs(cursorS - heard.endS));
  const messageLatency = spreadOf(latencies);
  const firstWords = entries.find(({ heard }) => heard.text !== "")?.at;
  const began = sentAt(tape, tape.speech.spans[0]?.[0] ?? 0);
  return {
    audio_s: audioS,
    connect_ms: tape.connect_ms,
    first_message_ms: entries.find(({ heard }) => heard.isTranscript)?.at ?? null,
    first_words_ms: firstWords === undefined || began === null ? null : firstWords - began,
    interims: latencies.length,
    interims_per_s: audioS === 0 ? null : latencies.length / audioS,
    message_latency: messageLatency,
    transcription_mean_ms:
      messageLatency === null ? null : Math.max(0, messageLatency.mean - tape.connect_ms),
    speech: { by: tape.speech.by, ends: tape.speech.spans.length },
    end_of_turn: endsOfTurn(tape, entries),
    transcript: transcriptOf(entries.map(({ heard }) => heard)),
  };
}

type Entry = { readonly at: number; readonly cursorS: number; readonly heard: Heard };

/** What is final, and behind it what was said last and never became final. */
function transcriptOf(heard: readonly Heard[]): string {
  const words: string[] = [];
  let open = "";
  for (const { text, isFinal, isTranscript } of heard) {
    if (!isTranscript) continue;
    if (isFinal && text !== "") words.push(text);
    open = isFinal ? "" : text;
  }
  return [...words, open].filter((part) => part !== "").join(" ");
}

function endsOfTurn(tape: Tape, entries: readonly Entry[]): Figures["end_of_turn"] {
  const of = (closing: Closing): EndOfTurn => endOfTurn(tape, entries, closing);
  return {
    speech_final: of("speech_final"),
    is_final: of("is_final"),
    UtteranceEnd: of("UtteranceEnd"),
    EndOfTurn: of("EndOfTurn"),
    EagerEndOfTurn: of("EagerEndOfTurn"),
  };
}

function endOfTurn(tape: Tape, entries: readonly Entry[], closing: Closing): EndOfTurn {
  const sinceSpeech: number[] = [];
  const sinceInterim: number[] = [];
  let events = 0;
  /** Told of already: what is said of the same end again is late on purpose. */
  const closed = new Set<number>();
  let lastInterimAt: number | null = null;
  /** Of what is not closed yet: whether there are words, and where the last of them ends. */
  let hasWords = false;
  let lastWordS: number | null = null;
  for (const { at, cursorS, heard } of entries) {
    if (heard.text !== "") hasWords = true;
    lastWordS = heard.lastWordS ?? lastWordS;
    if (!heard.closes.includes(closing)) {
      if (heard.isInterim && heard.text !== "") lastInterimAt = at;
      continue;
    }
    // Otherwise it closes a silence.
    if (hasWords) {
      events += 1;
      if (lastInterimAt !== null) sinceInterim.push(at - lastInterimAt);
      const sentEnds = tape.speech.spans.map(([, to]) => to).filter((to) => to <= cursorS);
      const end = lastWordS === null ? lastBefore(sentEnds, heard.endS) : nearestTo(sentEnds, lastWordS);
      const sent = end === null ? null : sentAt(tape, end);
      if (end !== null && sent !== null && !closed.has(end)) {
        closed.add(end);
        sinceSpeech.push(at - sent);
      }
    }
    lastInterimAt = null;
    hasWords = false;
    lastWordS = null;
  }
  return {
    events,
    since_speech_end: spreadOf(sinceSpeech),
    since_last_interim: spreadOf(sinceInterim),
  };
}

/** The end of speech that is meant by a word's end; null where speech goes on there. */
function nearestTo(ends: readonly number[], wordS: number): number | null {
  const distance = (end: number): number => Math.abs(end - wordS);
  const nearest = ends.reduce<number | null>(
    (best, end) => (best === null || distance(end) < distance(best) ? end : best),
    null,
  );
  return nearest !== null && distance(nearest) <= sameEndS ? nearest : null;
}

function lastBefore(ends: readonly number[], positionS: number): number | null {
  return ends.findLast((end) => end <= positionS) ?? null;
}

/** To a microsecond: what is less comes of subtracting seconds. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1e6) / 1000;
}

/** When the audio up to a position had been sent. */
function sentAt({ sent }: Tape, positionS: number): number | null {
  return sent.find(([cursorS]) => cursorS >= positionS)?.[1] ?? null;
}
