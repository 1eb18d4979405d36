import { charAt, skipSpace } from "./chars.ts";
import type { PlanLimits } from "./limits.ts";
import type { Rules } from "./rules.ts";
import type { Reader } from "./sentences.ts";
import { spansOf } from "./spans.ts";

/** How far beyond a chunk's limits a decision may look, in UTF-16 units. More than any single rule does. */
export const margin = 384;

/**
 * The part of the text that the next chunk is decided from, and nothing else: so the decision cannot depend on what
 * comes later, and takes a bounded time.
 */
export type View = {
  readonly reader: Reader;
  readonly limits: PlanLimits;
  /** Where the chunk begins, and where its first character that is no white space stands. */
  readonly start: number;
  readonly body: number;
  /** The last place at which the chunk may end. */
  readonly end: number;
  /** The end of the text in this view; only with `isLast` is it the end of the text. */
  readonly isLast: boolean;
  readonly graphemes: Intl.Segments;
};

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many UTF-16 units at most decide about a chunk, counted from its beginning. */
export function reachOf({ max }: PlanLimits): number {
  return 4 * max + margin;
}

/** The view from `at`, and how many units of it lie before the chunk. */
export function viewFrom(text: string, at: number, limits: PlanLimits, rules: Rules): View {
  const start = Math.min(at, margin);
  const reach = at + reachOf(limits);
  const seen = text.slice(at - start, reach);
  const end = placeOf(seen, start, limits.max, limits);
  const spans = spansOf(seen, 0, Math.min(seen.length, end + margin));
  // What is larger than a chunk cannot be kept whole.
  const hard = spans.hard.filter(({ from, to }) => sizeOf(seen.slice(from, to), limits) <= limits.max);
  return {
    reader: { text: seen, spans: { ...spans, hard }, rules },
    limits,
    start,
    body: skipSpace(seen, start),
    end,
    isLast: reach > text.length,
    graphemes: graphemes.segment(seen.slice(start)),
  };
}

/** How far from `from` a number of the provider's characters goes. */
export function placeOf(text: string, from: number, size: number, { sizeOf }: PlanLimits): number {
  let at = from;
  let left = size;
  while (at < text.length) {
    const code = text.codePointAt(at) ?? 0;
    left -= sizeOf(code);
    if (left < 0) break;
    at += code > 0xffff ? 2 : 1;
  }
  return at;
}

export function sizeOf(text: string, limits: PlanLimits): number {
  let size = 0;
  for (const char of text) size += limits.sizeOf(char.codePointAt(0) ?? 0);
  return size;
}

/** The beginning of the grapheme cluster that `at` is in; `at` itself when that is a beginning. */
export function clusterStart(view: View, at: number): number {
  return view.start + (view.graphemes.containing(at - view.start)?.index ?? at - view.start);
}

/** Whether the chunk may end at `at`: it is not blank, and no cluster is cut. */
export function mayEnd(view: View, at: number): boolean {
  return at > view.body && at <= view.end && clusterStart(view, at) === at;
}

/** Whether nothing but white space would be left for a chunk that begins at `at`. */
export function leavesBlank(view: View, at: number): boolean {
  const { text } = view.reader;
  const next = skipSpace(text, at);
  if (next >= text.length) return true;
  return placeOf(text, at, view.limits.max, view.limits) < next + charAt(text, next).length;
}
