import type { Alert, Counters, Latency } from "../../../shared/stats.ts";
import { Sketch } from "./sketch.ts";

export const latencies = [
  "transcript",
  "final",
  "endOfTurn",
  "publisherTransit",
  "viewerTransit",
  "upstreamConnect",
  "upstreamRecovery",
  "publisherReturn",
] as const satisfies readonly (keyof Latency)[];
export type LatencyKind = (typeof latencies)[number];

/** What is counted, to be counted on. */
export type Tally = {
  -readonly [K in keyof Counters]: { -readonly [L in keyof Counters[K]]: number };
};

export function emptyTally(): Tally {
  return {
    audience: { peak: 0, joined: 0, resumed: 0, tooSlow: 0 },
    upstream: { dials: 0, opened: 0, failed: 0, lost: 0, retries: 0 },
    publisher: { lost: 0, returned: 0, marks: 0, marksOfUnknownClock: 0 },
    audio: { received: 0, replayed: 0, backfilled: 0, speech: 0, uncaptioned: 0 },
    gaps: { count: 0, ms: 0, filled: 0 },
    text: { interims: 0, finals: 0, words: 0, erasedWords: 0, corrections: 0 },
  };
}

/** Of one session, what is told of it. */
export type About = {
  readonly id: string;
  readonly startedAt: number;
  readonly language: string | null;
  readonly model: string | null;
  readonly ended: { readonly at: number; readonly by: string } | null;
};

/** Everything measured in one session. */
export class Figures {
  about: About;
  readonly tally = emptyTally();
  readonly sketches: Record<LatencyKind, Sketch>;
  alerts: readonly Alert[] = [];

  constructor(about: About) {
    this.about = about;
    this.sketches = {
      transcript: new Sketch(),
      final: new Sketch(),
      endOfTurn: new Sketch(),
      publisherTransit: new Sketch(),
      viewerTransit: new Sketch(),
      upstreamConnect: new Sketch(),
      upstreamRecovery: new Sketch(),
      publisherReturn: new Sketch(),
    };
  }

  latency(): Latency {
    const { sketches } = this;
    return {
      transcript: sketches.transcript.spread(),
      final: sketches.final.spread(),
      endOfTurn: sketches.endOfTurn.spread(),
      publisherTransit: sketches.publisherTransit.spread(),
      viewerTransit: sketches.viewerTransit.spread(),
      upstreamConnect: sketches.upstreamConnect.spread(),
      upstreamRecovery: sketches.upstreamRecovery.spread(),
      publisherReturn: sketches.publisherReturn.spread(),
    };
  }

  get erasure(): number | null {
    const { erasedWords, words } = this.tally.text;
    return words === 0 ? null : erasedWords / words;
  }
}
