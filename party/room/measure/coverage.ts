import * as v from "valibot";
import { cellMs } from "./voice.ts";

/** A word so near covers a cell in which somebody speaks: providers round their times, and levels lag. */
const nearMs = 250;
/** Words are remembered for so long behind what is settled. */
const rememberMs = 2_000;
/** Stretches of speech that are remembered until they are settled or filled; the oldest go first. */
const runsMax = 1_500;

/** Cells from `from` up to, not including, `to`. */
const RunSchema = v.tuple([v.number(), v.number()]);
type Run = v.InferOutput<typeof RunSchema>;

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
    push(this.#open, cell);
  }

  words(words: readonly Span[]): void {
    this.#words.push(...words);
  }

  /** A final ends there: no word before it is still to come. Answers the cells of speech that have none. */
  settle(ms: number): number[] {
    // What is said right behind it may begin a moment before.
    const cells = this.#take(Math.floor((ms - nearMs) / cellMs));
    this.#words = this.#words.filter(({ end }) => end >= ms - rememberMs);
    return cells;
  }

  /** Nothing will be said of what is before `to`, or only later (`isOwed`). Answers the cells of speech without words. */
  miss(to: number, isOwed: boolean): number[] {
    const cells = this.#take(Math.ceil(to / cellMs));
    if (isOwed) for (const cell of cells) push(this.#owed, cell);
    return cells;
  }

  /** The batch endpoint has said what there was in a range. Answers the cells that have words now. */
  fill({ start, end }: Span, words: readonly Span[]): number[] {
    const given: number[] = [];
    const rest: Run[] = [];
    for (const cell of cellsOf(this.#owed)) {
      const isIn = cell >= Math.floor(start / cellMs) && cell < Math.ceil(end / cellMs);
      if (isIn && isNear(cell, words)) given.push(cell);
      else if (!isIn) push(rest, cell);
    }
    this.#owed = rest;
    return given;
  }

  stored(): StoredCoverage {
    return { open: this.#open, owed: this.#owed };
  }

  #take(end: number): number[] {
    const first = this.#open[0];
    if (first === undefined || first[0] >= end) return [];
    const rest: Run[] = [];
    const bare: number[] = [];
    for (const cell of cellsOf(this.#open)) {
      if (cell >= end) push(rest, cell);
      else if (!isNear(cell, this.#words)) bare.push(cell);
    }
    this.#open = rest;
    return bare;
  }
}

function push(runs: Run[], cell: number): void {
  const last = runs.at(-1);
  if (last !== undefined && last[1] === cell) last[1] = cell + 1;
  else runs.push([cell, cell + 1]);
  if (runs.length > runsMax) runs.shift();
}

function* cellsOf(runs: readonly Run[]): Generator<number> {
  for (const [from, to] of runs) for (let cell = from; cell < to; cell += 1) yield cell;
}

function isNear(cell: number, words: readonly Span[]): boolean {
  const start = cell * cellMs - nearMs;
  const end = (cell + 1) * cellMs + nearMs;
  return words.some((word) => word.start < end && word.end > start);
}
