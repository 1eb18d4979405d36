import * as v from "valibot";
import { encodings } from "../../../shared/audio.ts";
import {
  type Burst,
  BurstSchema,
  eventsMax,
  type QualityReport,
  QualityReportSchema,
} from "../../../shared/quality-report.ts";
import {
  type Alert,
  AlertSchema,
  type Counters,
  CountersSchema,
  type Latency,
} from "../../../shared/stats.ts";
import { Coverage, StoredCoverageSchema } from "./coverage.ts";
import { type LoadMinutes, Minutes, StoredLagSchema } from "./minutes.ts";
import { Sketch, StoredSketchSchema } from "./sketch.ts";
import type { MeasureRow } from "./store.ts";

type LatencyKind = keyof Latency;
type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** What is counted, to be counted on. */
type Tally = { readonly [K in keyof Counters]: Writable<Counters[K]> };
export type GapRange = Writable<QualityReport["gapRanges"][number]>;
type Interruption = Writable<QualityReport["interruptions"][number]>;

const AboutSchema = v.object({
  id: v.string(),
  startedAt: v.number(),
  language: v.nullable(v.string()),
  model: v.nullable(v.string()),
  format: v.object({ encoding: v.picklist(encodings), sampleRate: v.number(), channels: v.number() }),
  ended: v.nullable(v.object({ at: v.number(), by: v.string() })),
});
export type About = Readonly<v.InferOutput<typeof AboutSchema>>;

const { gapRanges, interruptions } = QualityReportSchema.entries;
const MaybeSketch = v.nullable(StoredSketchSchema);
const HeadSchema = v.object({
  about: AboutSchema,
  counters: v.object(CountersSchema.entries),
  sketches: v.object(eachLatency(() => MaybeSketch)),
  minuteLag: StoredLagSchema,
  coverage: StoredCoverageSchema,
  lostAt: v.object({ upstream: v.nullable(v.number()), publisher: v.nullable(v.number()) }),
  reached: v.object({ received: v.number(), sent: v.number(), judged: v.number() }),
  bursts: v.array(BurstSchema),
  gapRanges,
  interruptions,
  alerts: v.array(AlertSchema),
});
type Head = v.InferOutput<typeof HeadSchema>;

/** Everything that was measured in one session. */
export class Figures {
  about: About;
  readonly counters: Tally;
  readonly sketches: Readonly<Record<LatencyKind, Sketch>>;
  readonly minutes: Minutes;
  readonly coverage: Coverage;
  /** How far audio was received and sent (samples), and judged for speech (cells): what comes again counts once. */
  readonly reached: { received: number; sent: number; judged: number };
  /** Since when what is away now is, epoch milliseconds. */
  readonly lostAt: { upstream: number | null; publisher: number | null };
  readonly bursts: Writable<Burst>[];
  readonly gapRanges: GapRange[];
  readonly interruptions: Interruption[];
  alerts: readonly Alert[];
  #isAnew: boolean;

  private constructor(head: Head, minutes: Minutes, isAnew: boolean) {
    this.#isAnew = isAnew;
    this.about = head.about;
    this.counters = copied(head.counters);
    const { sketches } = head;
    this.sketches = eachLatency((kind) => Sketch.restore(sketches[kind]));
    this.minutes = minutes;
    this.coverage = new Coverage(head.coverage);
    this.reached = { ...head.reached };
    this.lostAt = { ...head.lostAt };
    this.bursts = head.bursts.map((burst) => ({ ...burst }));
    this.gapRanges = head.gapRanges.map((range) => ({ ...range }));
    this.interruptions = head.interruptions.map((interruption) => ({ ...interruption }));
    this.alerts = head.alerts;
  }

  /** Of no session. */
  static none(): Figures {
    const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;
    return Figures.begin({ id: "", startedAt: 0, language: null, model: null, format, ended: null }, 0);
  }

  /** @param from position (samples) of the first audio that counts */
  static begin(about: About, from: number): Figures {
    const head: Head = {
      about,
      counters: {
        audience: { peak: 0, joined: 0, resumed: 0, tooSlow: 0 },
        upstream: { dials: 0, opened: 0, failed: 0, lost: 0, retries: 0 },
        publisher: { lost: 0, returned: 0, marks: 0, marksOfUnknownClock: 0 },
        audio: { received: 0, replayed: 0, backfilled: 0, speech: 0, uncaptioned: 0 },
        gaps: { count: 0, ms: 0, filled: 0 },
        text: { interims: 0, finals: 0, words: 0, erasedWords: 0, corrections: 0 },
      },
      sketches: eachLatency(() => null),
      minuteLag: null,
      coverage: { open: [], owed: [] },
      lostAt: { upstream: null, publisher: null },
      reached: { received: from, sent: from, judged: 0 },
      bursts: [],
      gapRanges: [],
      interruptions: [],
      alerts: [],
    };
    return new Figures(head, new Minutes(), true);
  }

  /** Throws when what was kept is not of this shape. The minutes are read once they are needed. */
  static restore(head: string, load: LoadMinutes): Figures {
    const read = v.parse(HeadSchema, JSON.parse(head));
    return new Figures(read, new Minutes(load, read.minuteLag), false);
  }

  /** For the store: the head, and the minutes that have changed. To be called again unless it is `stored`. */
  row(): MeasureRow {
    const { about, counters, minutes, coverage, lostAt, reached, gapRanges, interruptions, alerts } = this;
    const head: Head = {
      about,
      counters,
      sketches: eachLatency((kind) => this.sketches[kind].stored()),
      minuteLag: minutes.storedLag(),
      coverage: coverage.stored(),
      lostAt,
      reached,
      bursts: this.#wholeBursts(),
      gapRanges,
      interruptions,
      alerts: [...alerts],
    };
    return { head: JSON.stringify(head), minutes: minutes.changed(), isAnew: this.#isAnew };
  }

  /** What `row` told is in storage. */
  stored(): void {
    this.#isAnew = false;
    this.minutes.stored();
  }

  get session(): { readonly id: string; readonly startedAt: number; readonly endedAt: number | null } {
    const { id, startedAt, ended } = this.about;
    return { id, startedAt, endedAt: ended?.at ?? null };
  }

  get told(): Counters {
    return copied(this.counters);
  }

  get latency(): Latency {
    return eachLatency((kind) => this.sketches[kind].spread());
  }

  get erasure(): number | null {
    const { erasedWords, words } = this.counters.text;
    return words === 0 ? null : erasedWords / words;
  }

  report(): QualityReport {
    const { language, model, ended } = this.about;
    return {
      session: { ...this.session, endedBy: ended?.by ?? null, language, model },
      latency: this.latency,
      ...this.told,
      erasure: this.erasure,
      minutes: this.minutes.list(),
      bursts: this.#wholeBursts(),
      gapRanges: this.gapRanges.map((range) => ({ ...range })),
      interruptions: this.interruptions.map((interruption) => ({ ...interruption })),
      alerts: [...this.alerts],
    };
  }

  /** Words begin at any sample; a fraction of a millisecond is of no use to anybody, and takes room in each row. */
  #wholeBursts(): Burst[] {
    return this.bursts.map(({ start, end, wordsPerMinute }) => {
      return { start: Math.round(start), end: Math.round(end), wordsPerMinute };
    });
  }
}

/** Adds to a list that is bounded; what is beyond is counted elsewhere and not told one by one. */
export function noted<T>(events: T[], event: T): T {
  if (events.length < eventsMax) events.push(event);
  return event;
}

function copied({ audience, upstream, publisher, audio, gaps, text }: Counters): Tally {
  return {
    audience: { ...audience },
    upstream: { ...upstream },
    publisher: { ...publisher },
    audio: { ...audio },
    gaps: { ...gaps },
    text: { ...text },
  };
}

function eachLatency<T>(of: (kind: LatencyKind) => T): Record<LatencyKind, T> {
  return {
    transcript: of("transcript"),
    final: of("final"),
    endOfTurn: of("endOfTurn"),
    publisherTransit: of("publisherTransit"),
    viewerTransit: of("viewerTransit"),
    upstreamConnect: of("upstreamConnect"),
    upstreamRecovery: of("upstreamRecovery"),
    publisherReturn: of("publisherReturn"),
  };
}
