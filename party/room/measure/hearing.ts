import type { Heard, Speech } from "../upstream/heard.ts";
import { type Figures, noted } from "./figures.ts";
import { Pace } from "./pace.ts";
import { erasedBy, wordsOf } from "./words.ts";

type Timed = {
  readonly from: number;
  readonly to: number;
  readonly words: readonly { readonly from: number; readonly to: number }[];
};
/** Milliseconds on the session's clock. */
export type Span = { readonly start: number; readonly end: number };

function paceOf({ bursts }: Figures): Pace {
  return new Pace(() => noted(bursts, { start: 0, end: 0, wordsPerMinute: 0 }));
}

/** What one frame of the provider came to. */
export type Frame = {
  /** X − Y of its interim; `null`: there was none with text. */
  readonly lagMs: number | null;
  readonly hasWords: boolean;
  readonly finalWords: number;
  readonly erasedWords: number;
};

/** What is heard of one session: its latencies, its words, and those that were shown and taken back. */
export class Hearing {
  readonly #figures: Figures;
  readonly #pace: Pace;
  #socket = 0;
  /** Words of the interim that is being shown. */
  #shown: readonly string[] = [];
  /** When the latest interim with text came, of what has no final yet and of the utterance. */
  #interimAt: number | null = null;
  #turnAt: number | null = null;

  constructor(figures: Figures) {
    this.#figures = figures;
    this.#pace = paceOf(figures);
  }

  /**
   * One frame, as it arrives.
   *
   * @param received end of the audio that the room has, samples
   */
  frame(events: readonly Heard[], socket: number, received: number, now: number): Frame {
    if (socket !== this.#socket) this.#forgetTimes(socket);
    const finals: string[] = [];
    let interim: readonly string[] | null = null;
    let finalWords = 0;
    let lagMs: number | null = null;
    let isBehindFinal = false;
    for (const event of events) {
      switch (event.kind) {
        case "interim":
          interim = wordsOf(event);
          // What a final left of an interim is told with it: nothing new has come, and nothing has been late.
          if (!isBehindFinal) lagMs = this.#interim(event, received, now) ?? lagMs;
          else if (event.text !== "") this.#turnAt ??= this.#interimAt;
          break;
        case "final": {
          const words = wordsOf(event);
          finals.push(...words);
          finalWords += words.length;
          this.#final(event, words, isBehindFinal ? null : now);
          interim = [];
          isBehindFinal = true;
          break;
        }
        case "utteranceEnd":
          if (this.#turnAt !== null) this.#figures.sketches.endOfTurn.add(now - this.#turnAt);
          this.#turnAt = null;
          break;
        default:
          event satisfies never;
      }
    }
    if (interim === null) return { lagMs, hasWords: false, finalWords, erasedWords: 0 };
    // All of it has its final, or comes with another interim.
    if (isBehindFinal && interim.length === 0) this.#interimAt = null;
    const next = [...finals, ...interim];
    const erasedWords = erasedBy(next, this.#shown);
    this.#shown = interim;
    this.#countErased(erasedWords, this.#ms(received));
    return { lagMs, hasWords: next.length > 0, finalWords, erasedWords };
  }

  /** What was being shown is not any more: its range is a gap. Answers the words. */
  hush(positionMs: number): number {
    const erasedWords = this.#shown.length;
    this.#shown = [];
    this.#forgetTimes(this.#socket);
    this.#countErased(erasedWords, positionMs);
    return erasedWords;
  }

  /** What the batch endpoint has said of a hole comes later than what was spoken behind it, and is a stretch of its own. */
  filled(speech: readonly Speech[]): Span[] {
    const pace = paceOf(this.#figures);
    return speech.flatMap((part) => this.#written(part, wordsOf(part), pace));
  }

  /** Words that are in the transcript for good, by their own times. */
  #written(speech: Timed, words: readonly string[], paces: Pace): Span[] {
    const { minutes, counters } = this.#figures;
    counters.text.words += words.length;
    const spans = this.#spans(speech, words.length);
    for (const span of spans) {
      const minute = minutes.at(span.start);
      minute.words += 1;
      const pace = paces.word(span);
      minute.fastest = Math.max(minute.fastest, pace);
    }
    return spans;
  }

  #interim(event: Extract<Heard, { kind: "interim" }>, received: number, now: number): number | null {
    const { sketches, minutes, counters } = this.#figures;
    counters.text.interims += 1;
    if (event.text === "") return null;
    this.#interimAt = now;
    this.#turnAt = now;
    if (event.opensTurn === true) return null;
    const lagMs = Math.max(0, this.#ms(received - event.to));
    sketches.transcript.add(lagMs);
    minutes.lag(this.#ms(received), lagMs);
    return lagMs;
  }

  /** @param now `null`: another final came before it in the same frame, and what had been shown was that one's */
  #final(event: Speech, words: readonly string[], now: number | null): void {
    const { sketches, coverage, counters } = this.#figures;
    counters.text.finals += 1;
    if (event.text === "") return;
    if (now !== null && this.#interimAt !== null) sketches.final.add(now - this.#interimAt);
    coverage.words(this.#written(event, words, this.#pace));
  }

  /** The times of words; where the provider tells none, or counts otherwise, they share the range evenly. */
  #spans({ from, to, words }: Timed, count: number): Span[] {
    if (words.length === count) {
      return words.map((word) => ({ start: this.#ms(word.from), end: this.#ms(word.to) }));
    }
    const begin = words[0]?.from ?? from;
    const step = ((words.at(-1)?.to ?? to) - begin) / Math.max(1, count);
    return Array.from({ length: count }, (_, at) => ({
      start: this.#ms(begin + at * step),
      end: this.#ms(begin + (at + 1) * step),
    }));
  }

  #countErased(words: number, positionMs: number): void {
    if (words === 0) return;
    this.#figures.counters.text.erasedWords += words;
    this.#figures.minutes.at(positionMs).erasedWords += words;
  }

  /** Another socket says everything anew: how long it takes is told as its recovery. */
  #forgetTimes(socket: number): void {
    this.#socket = socket;
    this.#interimAt = null;
    this.#turnAt = null;
  }

  #ms(samples: number): number {
    return (samples * 1_000) / this.#figures.about.format.sampleRate;
  }
}
