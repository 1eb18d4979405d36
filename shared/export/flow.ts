import { breakCost, breakCosts } from "./break-cost.ts";
import type { TimedPiece } from "./piece-times.ts";

/** One screen of text, at most two lines, and when its words are spoken. */
export type Screen = { readonly start: number; readonly end: number; readonly lines: readonly string[] };

export type FlowLimits = {
  readonly columns: number;
  /** Columns of the first line that something else takes. */
  readonly indent: number;
  /** The first screen has only its second line for this. */
  readonly isFirstShared: boolean;
  readonly screenMaxMs: number;
  readonly screenMinMs: number;
};

/** Where a speaker pauses, a line may end. */
const pauseMs = 250;

const costs = {
  /** Of a screen at all: short sentences share one. */
  screen: 10,
  /** The end of a screen tears more apart than that of a line. */
  screenEnd: 1.5,
  /** Of two lines of which one is empty; less, the more alike they are. */
  imbalance: 8,
  /** Of a screen whose words take no time. */
  flash: 15,
} as const;

type Best = { readonly cost: number; readonly lineEnd: number | null; readonly end: number };

/**
 * Lays what one speaker says in one go out on screens, so that the breaks together cost least: at sentence ends first,
 * then at clauses and pauses, then before a new phrase, the two lines of a screen of like length.
 *
 * Guarantee: every piece is there once, in order. No line is wider than the limit, provided that no piece is wider than
 * `columns - indent`; no screen's words take longer than `screenMaxMs`, unless one piece alone does.
 */
export function flow(pieces: readonly TimedPiece[], limits: FlowLimits): Screen[] {
  const layout = new Layout(pieces, limits);
  const best: Best[] = new Array(pieces.length);
  for (let from = pieces.length - 1; from >= 0; from--) {
    best[from] = layout.bestFrom(from, (end) => best[end]?.cost ?? 0);
  }
  const screens: Screen[] = [];
  for (let from = 0; from < pieces.length; ) {
    const choice = best[from];
    if (choice === undefined) break;
    screens.push(layout.screen(from, choice));
    from = choice.end;
  }
  return screens;
}

class Layout {
  readonly #pieces: readonly TimedPiece[];
  readonly #limits: FlowLimits;
  /** Columns before each piece, as if all stood on one line. */
  readonly #columns: readonly number[];
  /** Cost of a break before each piece. */
  readonly #breaks: readonly number[];

  constructor(pieces: readonly TimedPiece[], limits: FlowLimits) {
    this.#pieces = pieces;
    this.#limits = limits;
    let sum = 0;
    this.#columns = [0, ...pieces.map(({ width, spaced }) => (sum += width + (spaced ? 1 : 0)))];
    this.#breaks = pieces.map((piece, i) => costBetween(pieces[i - 1], piece));
  }

  bestFrom(from: number, costAfter: (end: number) => number): Best {
    const { columns, indent, isFirstShared, screenMaxMs } = this.#limits;
    const firstMax = columns - (from === 0 ? indent : 0);
    let best: Best = { cost: Number.POSITIVE_INFINITY, lineEnd: null, end: from + 1 };
    for (let end = from + 1; end <= this.#pieces.length; end++) {
      if (end > from + 1 && this.#spokenMs(from, end) > screenMaxMs) break;
      const isOneLine = this.#width(from, end) <= firstMax;
      if (!isOneLine && from === 0 && isFirstShared) break;
      const line = isOneLine ? { lineEnd: null, cost: 0 } : this.#bestLineEnd(from, end, firstMax);
      if (line === null) break;
      const cost = line.cost + this.#screenCost(from, end) + costAfter(end);
      if (cost < best.cost) best = { cost, lineEnd: line.lineEnd, end };
    }
    return best;
  }

  screen(from: number, { lineEnd, end }: Best): Screen {
    const lines =
      lineEnd === null ? [this.#text(from, end)] : [this.#text(from, lineEnd), this.#text(lineEnd, end)];
    return { start: this.#pieces[from]?.start ?? 0, end: this.#pieces[end - 1]?.end ?? 0, lines };
  }

  #bestLineEnd(from: number, end: number, firstMax: number): { lineEnd: number; cost: number } | null {
    const { columns } = this.#limits;
    let best: { lineEnd: number; cost: number } | null = null;
    for (let at = from + 1; at < end; at++) {
      const first = this.#width(from, at);
      if (first > firstMax) break;
      const second = this.#width(at, end);
      if (second > columns) continue;
      const cost = this.#breakAt(at) + (costs.imbalance * Math.abs(first - second)) / columns;
      if (best === null || cost < best.cost) best = { lineEnd: at, cost };
    }
    return best;
  }

  #screenCost(from: number, end: number): number {
    const { screenMinMs } = this.#limits;
    // The pause after it is a screen's own time too.
    const until = this.#pieces[end]?.start ?? this.#pieces[end - 1]?.end ?? 0;
    const shownMs = until - (this.#pieces[from]?.start ?? 0);
    const flash = costs.flash * Math.max(0, 1 - shownMs / screenMinMs);
    return costs.screen + costs.screenEnd * this.#breakAt(end) + flash;
  }

  #breakAt(at: number): number {
    return this.#breaks[at] ?? 0;
  }

  #spokenMs(from: number, end: number): number {
    return (this.#pieces[end - 1]?.end ?? 0) - (this.#pieces[from]?.start ?? 0);
  }

  #width(from: number, end: number): number {
    const space = this.#pieces[from]?.spaced ? 1 : 0;
    return (this.#columns[end] ?? 0) - (this.#columns[from] ?? 0) - space;
  }

  #text(from: number, end: number): string {
    return this.#pieces
      .slice(from, end)
      .map(({ text, spaced }, i) => (spaced && i > 0 ? ` ${text}` : text))
      .join("");
  }
}

function costBetween(before: TimedPiece | undefined, after: TimedPiece): number {
  if (before === undefined) return 0;
  const cost = breakCost(before.text, after.text);
  return after.start - before.end >= pauseMs ? Math.min(cost, breakCosts.clause) : cost;
}
