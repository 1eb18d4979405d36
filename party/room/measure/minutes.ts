import * as v from "valibot";
import { type Minute, minutesMax } from "../../../shared/quality-report.ts";
import { Sketch, type StoredSketch, StoredSketchSchema } from "./sketch.ts";

const minuteMs = 60_000;

type Tally = { -readonly [K in keyof Minute]: Minute[K] };

/** The spread of the minute that goes on; those before are told from what was left of theirs. */
export const StoredLagSchema = v.nullable(
  v.object({ minute: v.number(), sketch: v.nullable(StoredSketchSchema) }),
);
type StoredLag = { readonly minute: number; readonly sketch: StoredSketch | null } | null;

/** A session minute by minute of its audio: those in which there was something, at most `minutesMax`. */
export class Minutes {
  readonly #minutes = new Map<number, Tally>();
  /** Changed since they were stored. */
  #changed = new Set<number>();
  #lag: { readonly minute: number; readonly sketch: Sketch } | null;

  constructor(minutes: readonly Minute[] = [], lag: StoredLag = null) {
    for (const minute of minutes) this.#minutes.set(minute.minute, { ...minute });
    this.#lag = lag && { minute: lag.minute, sketch: Sketch.restore(lag.sketch) };
  }

  /** The minute that holds a moment (milliseconds on the session's clock), to be counted on. */
  at(ms: number): Tally {
    const minute = Math.max(0, Math.floor(ms / minuteMs));
    const known = this.#minutes.get(minute);
    if (known === undefined && this.#minutes.size >= minutesMax) return emptyMinute(minute);
    this.#changed.add(minute);
    if (known !== undefined) return known;
    const made = emptyMinute(minute);
    this.#minutes.set(minute, made);
    return made;
  }

  /** X − Y, while the audio stood there. */
  lag(ms: number, lagMs: number): void {
    const { minute } = this.at(ms);
    if (this.#lag?.minute !== minute) {
      this.#closeLag();
      this.#lag = { minute, sketch: new Sketch() };
    }
    this.#lag?.sketch.add(lagMs);
  }

  /** A range counts in each minute as far as it lies in it. */
  spread(start: number, end: number, count: (minute: Tally, ms: number) => void): void {
    let steps = 0;
    for (let from = start; from < end && steps < minutesMax; steps += 1) {
      const to = Math.min(end, (Math.floor(from / minuteMs) + 1) * minuteMs);
      count(this.at(from), to - from);
      from = to;
    }
  }

  list(): Minute[] {
    return [...this.#minutes.values()]
      .sort((a, b) => a.minute - b.minute)
      .map((minute) => this.#told(minute));
  }

  /** Those that changed since this was asked last. */
  takeChanged(): Minute[] {
    const changed = [...this.#changed].flatMap((minute) => this.#minutes.get(minute) ?? []);
    this.#changed = new Set();
    return changed.map((minute) => this.#told(minute));
  }

  storedLag(): StoredLag {
    return this.#lag && { minute: this.#lag.minute, sketch: this.#lag.sketch.stored() };
  }

  #told(minute: Tally): Minute {
    const lag = this.#lag?.minute === minute.minute ? this.#lag.sketch.lag() : minute.lag;
    return { ...minute, lag };
  }

  #closeLag(): void {
    const before = this.#lag && this.#minutes.get(this.#lag.minute);
    if (this.#lag === null || before === null || before === undefined) return;
    before.lag = this.#lag.sketch.lag();
    this.#changed.add(before.minute);
  }
}

function emptyMinute(minute: number): Tally {
  return {
    minute,
    lag: null,
    words: 0,
    fastest: 0,
    speechMs: 0,
    uncaptionedMs: 0,
    gapMs: 0,
    erasedWords: 0,
    corrections: 0,
    upstreamLost: 0,
    publisherLost: 0,
    viewers: 0,
  };
}
