/** A stretch of text, `[from, to)`. */
export type Span = { readonly from: number; readonly to: number };

/**
 * What is held together whatever it contains: short quotations and brackets (`soft`: no sentence or clause ends
 * inside), and pronunciation objects and tags (`hard`: no cut at all). Each list is in order and free of overlaps.
 */
export type Spans = { readonly soft: readonly Span[]; readonly hard: readonly Span[] };

/** A longer quotation or bracket holds sentences of its own and is not held together. */
export const softMax = 160;
/** Deeper nesting than this is noise. */
const depthMax = 6;

const closerOf: Readonly<Record<string, string>> = {
  "(": ")",
  "[": "]",
  "（": "）",
  "［": "］",
  "「": "」",
  "『": "』",
  "【": "】",
  "〔": "〕",
  "《": "》",
  "〈": "〉",
  "„": "“”",
  "‚": "‘’",
  "“": "”",
  "‘": "’",
  "«": "»",
  "»": "«",
  "‹": "›",
  "›": "‹",
  '"': '"',
  "'": "'’",
};
const marks = /["“”„‟‚‘’'«»‹›()[\]「」『』【】〔〕《》〈〉（）［］]|\n\s*\n/g;
/** The provider's pronunciation object `\{…\}`, one without its backslashes, and a tag. */
const tokens = /\\?\{[^{}]*\}|<\/?[a-zA-Z][^<>]*>/g;

/** The spans of `text[from, to)`; what is opened before is not seen. Linear in the length. */
export function spansOf(text: string, from: number, to: number): Spans {
  return { soft: softSpans(text, from, to), hard: hardSpans(text, from, to) };
}

/** The span that `at` is strictly inside of, or `null`. */
export function spanAround(spans: readonly Span[], at: number): Span | null {
  const span = spans[lastBefore(spans, at)];
  return span !== undefined && at < span.to ? span : null;
}

/** The span that ends at `at`, or `null`. */
export function spanEndingAt(spans: readonly Span[], at: number): Span | null {
  const span = spans[lastBefore(spans, at)];
  return span !== undefined && span.to === at ? span : null;
}

function lastBefore(spans: readonly Span[], at: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((spans[middle]?.from ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function softSpans(text: string, from: number, to: number): readonly Span[] {
  const spans: Span[] = [];
  const open: { readonly mark: string; readonly from: number }[] = [];
  marks.lastIndex = from;
  for (let match = marks.exec(text); match !== null && match.index < to; match = marks.exec(text)) {
    const [mark] = match;
    if (mark.length > 1) {
      open.length = 0;
      continue;
    }
    const at = match.index;
    while (open[0] !== undefined && (at - open[0].from >= softMax || open.length > depthMax)) open.shift();
    const opener = open.findLastIndex((entry) => closerOf[entry.mark]?.includes(mark));
    if (opener >= 0 && closes(text, at, mark)) {
      const start = open[opener]?.from ?? at;
      open.length = opener;
      while ((spans.at(-1)?.from ?? -1) > start) spans.pop();
      spans.push({ from: start, to: at + 1 });
    } else if (opens(text, at, mark)) {
      open.push({ mark, from: at });
    }
  }
  return spans;
}

/** An apostrophe closes a quotation only behind its punctuation: "dogs' tails". */
function closes(text: string, at: number, mark: string): boolean {
  if (mark === "'" || mark === "’") return /[.!?,…]/.test(text.charAt(at - 1));
  return mark !== '"' || !/\s/.test(text.charAt(at - 1)) || !isWordly(text.charAt(at + 1));
}

function opens(text: string, at: number, mark: string): boolean {
  if (closerOf[mark] === undefined) return false;
  if (mark !== "'" && mark !== '"' && mark !== "»" && mark !== "›") return true;
  const before = text.charAt(at - 1);
  const after = text.charAt(at + 1);
  return (before === "" || /[\s([{“„«‘"'—–:-]/.test(before)) && after !== "" && !/\s/.test(after);
}

function isWordly(char: string): boolean {
  return /[\p{L}\p{N}¿¡]/u.test(char);
}

function hardSpans(text: string, from: number, to: number): readonly Span[] {
  const spans: Span[] = [];
  tokens.lastIndex = from;
  for (let match = tokens.exec(text); match !== null && match.index < to; match = tokens.exec(text)) {
    spans.push({ from: match.index, to: tokens.lastIndex });
  }
  return spans;
}
