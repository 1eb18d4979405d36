import * as v from "valibot";
import { cellMs } from "./voice.ts";

/** A word so near covers a cell in which somebody speaks: providers round their times, and levels lag. */
const nearMs = 250;
/** Words are remembered for so long behind what is settled. */
const rememberMs = 2_000;
/** Stretches of speech that are remembered until they are settled or filled; the oldest go first. */
const runsMax = 1_000;

/** Cells from `from` up to, not including, `to`. */
const RunSchema = v.tuple([v.number(), v.number()]);
export type Run = v.InferOutput<typeof RunSchema>;

export const StoredCoverageSchema = v.object({ open: v.array(RunSchema), owed: v.array(RunSchema) });
export type StoredCoverage = v.InferOutput<typeof StoredCoverageSchema>;

/** Milliseconds on the session's clock. */
type Span = { readonly start: number; readonly end: number };

/** Speech that has no caption by the time its range is settled; what the batch endpoint says later gives it back. */
export class Coverage {
  /** Speech that nobody knows of yet whether it has words. */
  #open: Run[];
  /** Speech without words in ranges that may still be filled. */
  #owed: Run[];
  #words: Span[] = [];

  constructor({ open, owed }: StoredCoverage = { open: [], owed: [] }) {
    this.#open = [...open];
    this.#owed = [...owed];
  }

  /** Somebody speaks in this cell; cells come in order. */
  speech(cell: number): void {
    push(this.#open, [cell, cell + 1]);
  }

  words(words: readonly Span[]): void {
    this.#words.push(...words);
  }

  /** A final ends there: no word before it is still to come. Answers the speech that has none. */
  settle(ms: number): Run[] {
    // What is said right behind it may begin a moment before.
    const bare = without(this.#take(Math.floor((ms - nearMs) / cellMs)), this.#words.map(near));
    this.#words = this.#words.filter(({ end }) => end >= ms - rememberMs);
    return bare;
  }

  /** Nothing will be said of what is before `to`, or only later (`isOwed`). Answers the speech without words. */
  miss(to: number, isOwed: boolean): Run[] {
    const bare = without(this.#take(Math.ceil(to / cellMs)), this.#words.map(near));
    if (isOwed) for (const run of bare) push(this.#owed, run);
    return bare;
  }

  /** The batch endpoint has said what there was in a range. Answers the speech that has words now. */
  fill(range: Span, words: readonly Span[]): Run[] {
    const asked = within(this.#owed, [cellsOf(range)]);
    this.#owed = without(this.#owed, [cellsOf(range)]);
    return within(asked, words.map(near));
  }

  /**
   * An earlier object settled everything before `to`, and did not live to store all of it: there are captions but for these
   * ranges. Answers the speech without.
   */
  catchUp(to: number, { gaps, holes }: { readonly gaps: readonly Span[]; readonly holes: readonly Span[] }) {
    const open = this.#take(Math.ceil(to / cellMs));
    const owed = within(open, holes.map(cellsOf));
    for (const run of owed) push(this.#owed, run);
    return within(open, [...gaps, ...holes].map(cellsOf));
  }

  stored(): StoredCoverage {
    return { open: this.#open, owed: this.#owed };
  }

  #take(end: number): Run[] {
    const taken = within(this.#open, [[0, end]]);
    this.#open = without(this.#open, [[0, end]]);
    return taken;
  }
}

/** Runs come in order. */
function push(runs: Run[], [from, to]: Run): void {
  const last = runs.at(-1);
  if (last !== undefined && last[1] === from) last[1] = to;
  else runs.push([from, to]);
  if (runs.length > runsMax) runs.shift();
}

function cellsOf({ start, end }: Span): Run {
  return [Math.floor(start / cellMs), Math.ceil(end / cellMs)];
}

/** The cells that a word covers. */
function near({ start, end }: Span): Run {
  return cellsOf({ start: start - nearMs, end: end + nearMs });
}

function without(runs: readonly Run[], others: readonly Run[]): Run[] {
  let rest: Run[] = runs.map(([from, to]) => [from, to]);
  for (const [begin, end] of others) {
    rest = rest.flatMap(([from, to]): Run[] => {
      if (to <= begin || from >= end) return [[from, to]];
      const before: Run = [from, begin];
      const after: Run = [end, to];
      return [before, after].filter(([a, b]) => a < b);
    });
  }
  return rest;
}

function within(runs: readonly Run[], others: readonly Run[]): Run[] {
  return without(runs, without(runs, others));
}
