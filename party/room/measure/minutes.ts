import * as v from "valibot";
import { countedTogether, emptyMinute, type Minute, minutesMax } from "../../../shared/quality-report.ts";
import { Sketch, type StoredSketch, StoredSketchSchema } from "./sketch.ts";

const minuteMs = 60_000;

type Tally = { -readonly [K in keyof Minute]: Minute[K] };

/** The spread of the minute that goes on; those before are told from what was left of theirs. */
export const StoredLagSchema = v.nullable(
  v.object({ minute: v.number(), sketch: v.nullable(StoredSketchSchema) }),
);
/** Minutes that were kept; `null`: they cannot be read now. */
export type LoadMinutes = () => readonly Minute[] | null;
type StoredLag = { readonly minute: number; readonly sketch: StoredSketch | null } | null;

/** A session minute by minute of its audio: those in which there was something, at most `minutesMax`. */
export class Minutes {
  readonly #minutes = new Map<number, Tally>();
  /** Changed since they were stored. */
  readonly #changed = new Set<number>();
  #lag: { readonly minute: number; readonly sketch: Sketch } | null;
  #load: LoadMinutes | null;

  /** @param load what was kept, once it is needed; it is asked again where it could not tell */
  constructor(load: LoadMinutes | null = null, lag: StoredLag = null) {
    this.#load = load;
    this.#lag = lag && { minute: lag.minute, sketch: Sketch.restore(lag.sketch) };
  }

  /** The minute that holds a moment (milliseconds on the session's clock), to be counted on. */
  at(ms: number): Tally {
    const minute = Math.max(0, Math.floor(ms / minuteMs));
    this.#recall();
    const known = this.#minutes.get(minute);
    if (known === undefined && this.#minutes.size >= minutesMax) return emptyMinute(minute);
    this.#changed.add(minute);
    if (known !== undefined) return known;
    const made = emptyMinute(minute);
    this.#minutes.set(minute, made);
    return made;
  }

  /** X − Y, while the audio stood there. Where it comes again, after a death, a minute that is over stays as it was. */
  lag(ms: number, lagMs: number): void {
    const { minute } = this.at(ms);
    if (this.#lag !== null && minute < this.#lag.minute) return;
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
    this.#recall();
    return [...this.#minutes.values()]
      .sort((a, b) => a.minute - b.minute)
      .map((minute) => this.#told(minute));
  }

  /** Those that are to be stored; none while what was kept of them is not known. */
  changed(): Minute[] {
    this.#recall();
    if (this.#load !== null) return [];
    const changed = [...this.#changed].flatMap((minute) => this.#minutes.get(minute) ?? []);
    return changed.map((minute) => this.#told(minute));
  }

  /** What `changed` told is in storage. */
  stored(): void {
    if (this.#load === null) this.#changed.clear();
  }

  storedLag(): StoredLag {
    return this.#lag && { minute: this.#lag.minute, sketch: this.#lag.sketch.stored() };
  }

  #recall(): void {
    const kept = this.#load?.() ?? null;
    if (kept === null) return;
    this.#load = null;
    for (const minute of kept) {
      const since = this.#minutes.get(minute.minute);
      this.#minutes.set(minute.minute, since === undefined ? { ...minute } : together(minute, since));
    }
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

/** One minute, counted in two parts. */
function together(a: Minute, b: Minute): Tally {
  const lag = (b.lag?.count ?? 0) > (a.lag?.count ?? 0) ? b.lag : a.lag;
  return { minute: a.minute, lag, ...countedTogether(a, b) };
}
