import type { Pair } from "./align.ts";
import type { Latencies } from "./latency.ts";

export type Judged = {
  readonly file: string;
  readonly audioMs: number;
  /** What was shown as final, as it was shown. */
  readonly text: string;
  readonly referenceWords: number;
  readonly edits: number;
  readonly sentences: number;
  readonly wrongSentences: number;
  readonly pairs: readonly Pair[];
  readonly latencies: Latencies;
};

export type Failed = {
  readonly file: string;
  readonly referenceWords: number;
  readonly sentences: number;
  readonly error: string;
};
export type Result = Judged | Failed;
