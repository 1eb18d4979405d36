import { type Border, endMarks, sentenceEnd } from "./ends.ts";
import { lineBreaks, lineEnd } from "./lines.ts";
import { isItemAhead, itemSpaces } from "./numbers.ts";
import { type Rules, rulesOf } from "./rules.ts";
import { type Spans, spanAround, spansOf } from "./spans.ts";

/** Where a sentence or paragraph ends in a text, with what that takes to judge. */
export type Reader = { readonly text: string; readonly spans: Spans; readonly rules: Rules };

/** A place that may be a border, at `text[from, to)`: marks that end sentences, or white space. */
type Candidate = {
  readonly from: number;
  readonly to: number;
  readonly kind: "marks" | "line" | "item";
};

const places = [
  ["marks", endMarks],
  ["line", lineBreaks],
  ["item", itemSpaces],
] as const;

export type SentenceBorder = Border & { readonly kind: "paragraph" | "sentence" };

export function reader(text: string, rules: Rules, from = 0, to = text.length): Reader {
  return { text, spans: spansOf(text, from, to), rules };
}

/**
 * The sentences of a text, white space behind each included: joined they are the text. Headings and items of lists
 * count as sentences, short quotations and brackets are not divided. Where it is doubtful whether a sentence ends it
 * goes on. Never fails, whatever the text; takes linear time.
 */
export function* sentences(text: string, language: string): Generator<string> {
  const whole = reader(text, rulesOf(language));
  let start = 0;
  for (const candidate of candidates(text, 0, text.length)) {
    const border = judge(whole, candidate);
    if (border === null || border.at <= start || border.at >= text.length) continue;
    if (text.slice(start, border.content).trim() === "") continue;
    yield text.slice(start, border.at);
    start = border.at;
  }
  if (start < text.length) yield text.slice(start);
}

/** The places in `text[from, to)` that may be borders, in order. */
export function candidates(text: string, from: number, to: number): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const [kind, place] of places) {
    place.lastIndex = from;
    for (let match = place.exec(text); match !== null && match.index < to; match = place.exec(text)) {
      found.push({ from: match.index, to: place.lastIndex, kind });
    }
  }
  return found.sort((a, b) => a.from - b.from);
}

export function judge({ text, spans, rules }: Reader, { from, to, kind }: Candidate): SentenceBorder | null {
  if (kind === "marks") {
    const border = sentenceEnd(text, from, to, spans, rules);
    return border === null ? null : { ...border, kind: "sentence" };
  }
  const end = kind === "line" ? lineEnd(text, from, to) : isItemAhead(text, from, to, rules) ? "item" : null;
  if (end === null || spanAround(spans.hard, from) !== null) return null;
  if (end !== "paragraph" && spanAround(spans.soft, from) !== null) return null;
  return { content: from, at: to, kind: end === "paragraph" ? end : "sentence" };
}
