import type { Border } from "./ends.ts";
import { candidates, judge, type SentenceBorder } from "./sentences.ts";
import { spanAround } from "./spans.ts";
import { clusterStart, leavesBlank, mayEnd, placeOf, type View } from "./view.ts";
import { type Accept, firstClause, lastClause, lastSpace, lastWord } from "./weak.ts";

/** What a chunk ends at. `inside` is within one grapheme cluster that is larger than a chunk. */
export type Ending = "text" | "paragraph" | "sentence" | "clause" | "space" | "word" | "grapheme" | "inside";

/** A text in which this many marks one after the other end no sentence is no prose: it costs no more time. */
const triesMax = 100;

export type Cut = { readonly at: number; readonly ending: Ending };

/**
 * Where a chunk ends that is to be large: at its limit when the rest fits, otherwise at the best border near the limit.
 * A paragraph may leave two fifths of the room unused, a sentence more, because each is heard less than the next kind.
 */
export function laterCut(view: View): Cut {
  const { text } = view.reader;
  if (view.isLast && view.end === text.length) return { at: view.end, ending: "text" };
  const cut = bestCut(view);
  if (!leavesBlank(view, cut.at)) return cut;
  const last = clusterStart(view, placeOfLast(text, view.body, cut.at));
  return last > view.body ? bestCut({ ...view, end: last }) : cut;
}

/**
 * Where the first chunk ends: behind the first sentences that are long enough together, behind a clause when the
 * sentence is too long for an early start, and where any other chunk would when it has neither.
 */
export function firstCut(view: View): Cut {
  const { start, body, end, limits, reader, isLast } = view;
  const place = (size: number) => Math.min(end, placeOf(reader.text, start, size, limits));
  const least = place(limits.firstMin);
  const most = place(limits.firstMax);
  const longest = Math.max(most, place(limits.sentenceMax));
  const isWhole = isLast && end === reader.text.length;
  // A few last words are not worth a request of their own.
  const isWorth = (at: number) => !isWhole || end > longest || end - at >= limits.firstMin;
  const accept: Accept = (at) =>
    mayEnd(view, Math.min(at, end)) && isWorth(at) && !leavesBlank(view, Math.min(at, end));
  let early: SentenceBorder | null = null;
  let late: SentenceBorder | null = null;
  for (const candidate of candidates(reader.text, start, end)) {
    const border = judge(reader, candidate);
    if (border === null || border.content > end || border.content <= body || !accept(border.at)) continue;
    if (border.content >= least) {
      late = border;
      break;
    }
    early = border;
  }
  if (late !== null && late.content <= most) return cutAt(view, late, late.kind);
  if (early !== null && early.content >= place(limits.firstMin / 2)) return cutAt(view, early, early.kind);
  if (late !== null && late.content <= longest) return cutAt(view, late, late.kind);
  if (isWhole && end <= longest) return { at: end, ending: "text" };
  const clause =
    lastClause(reader, Math.max(body, least), most, accept) ??
    firstClause(reader, Math.max(body, most), Math.min(end, late?.content ?? end), accept);
  if (clause !== null) return cutAt(view, clause, "clause");
  return late === null ? laterCut(view) : cutAt(view, late, late.kind);
}

function bestCut(view: View): Cut {
  const { reader, start, body, end } = view;
  const from = (share: number) => Math.max(body, start + Math.floor((end - start) * share));
  const accept: Accept = (at) => mayEnd(view, Math.min(at, end));
  const as = (border: Border | null, ending: Ending) => border && cutAt(view, border, ending);
  return (
    as(lastSentence(view, from(0.6), end, accept, "paragraph"), "paragraph") ??
    as(lastSentence(view, from(0.3), end, accept), "sentence") ??
    as(lastClause(reader, from(0.5), end, accept), "clause") ??
    as(lastSpace(reader, from(0.5), end, accept), "space") ??
    as(lastWord(reader, from(0.5), end, accept), "word") ??
    as(lastSentence(view, body, from(0.3), accept), "sentence") ??
    as(lastClause(reader, body, from(0.5), accept), "clause") ??
    as(lastSpace(reader, body, from(0.5), accept), "space") ??
    as(lastSpace(reader, body, end, accept, true), "space") ??
    lastCluster(view)
  );
}

function lastSentence(
  { reader }: View,
  from: number,
  to: number,
  accept: Accept,
  only?: SentenceBorder["kind"],
): SentenceBorder | null {
  const found = candidates(reader.text, from, to + 1).filter(
    ({ kind }) => kind === "line" || only !== "paragraph",
  );
  const last = Math.max(0, found.length - triesMax);
  for (let index = found.length - 1; index >= last; index--) {
    const candidate = found[index];
    const border = candidate && judge(reader, candidate);
    if (!border || border.content > to || border.content <= from || !accept(border.at)) continue;
    if (only === undefined || border.kind === only) return border;
  }
  return null;
}

/** The last resort: between two clusters, or, when one alone is too large, inside of it. */
function lastCluster(view: View): Cut {
  const cluster = clusterStart(view, view.end);
  const object = spanAround(view.reader.spans.hard, cluster)?.from ?? cluster;
  const at = object > view.start ? object : cluster;
  if (at > view.start) return { at, ending: "grapheme" };
  // A provider that counts one code point as more than a chunk holds could never be served.
  const least = view.start + ((view.reader.text.codePointAt(view.start) ?? 0) > 0xffff ? 2 : 1);
  return { at: Math.max(view.end, least), ending: "inside" };
}

/** White space that does not fit any more begins the next chunk. */
function cutAt(view: View, border: Border, ending: Ending): Cut {
  return { at: Math.min(border.at, view.end), ending };
}

function placeOfLast(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && /\s/.test(text.charAt(at - 1))) at--;
  return Math.max(from, at - 1);
}
