import { graphemes, width } from "./width.ts";

/** What is never broken: a word; in scripts without spaces a word as a dictionary knows it, with its punctuation. */
export type Piece = {
  readonly text: string;
  /** Columns. */
  readonly width: number;
  /** Whether a space parts it from the piece before, when both stand on one line. */
  readonly spaced: boolean;
};

const wordSegmenter = new Intl.Segmenter("und", { granularity: "word" });
const eastAsian = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}\u3001-\u303f\uff01-\uff60`;
const unspaced = String.raw`${eastAsian}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
const hasUnspaced = new RegExp(`[${unspaced}]`, "u");
const startsUnspaced = new RegExp(`^[${unspaced}]`, "u");
const endsUnspaced = new RegExp(`[${unspaced}]$`, "u");
const startsEastAsian = new RegExp(`^[${eastAsian}]`, "u");
const endsEastAsian = new RegExp(`[${eastAsian}]$`, "u");
/** What no line begins with: closing punctuation, small kana, marks that lengthen or repeat. */
const clingsBack = /^[\p{Pe}\p{Pf}\p{Po}ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〻ๆໆ\u00a0\u202f]/u;
/** What no line ends with. */
const clingsOn = /[\p{Ps}\p{Pi}\u00a0\u202f]$/u;

/**
 * The pieces of a text that `plain` made, in order. Only a word wider than `widthMax` columns is cut, between two
 * characters as a reader sees them.
 */
export function piecesOf(text: string, widthMax: number): Piece[] {
  if (text === "") return [];
  return text.split(" ").flatMap((token) => {
    const parts = hasUnspaced.test(token) ? wordsOf(token) : [token];
    return parts
      .flatMap((part) => cut(part, widthMax))
      .map((part, index): Piece => ({ ...part, spaced: index === 0 }));
  });
}

/** Whether a space belongs between two texts that were written down apart. */
export function needsSpace(before: string, after: string): boolean {
  return !(endsEastAsian.test(before) && startsEastAsian.test(after));
}

function wordsOf(token: string): string[] {
  const words: string[] = [];
  for (const { segment } of wordSegmenter.segment(token)) {
    const before = words.at(-1);
    if (before !== undefined && clings(before, segment)) words[words.length - 1] = before + segment;
    else words.push(segment);
  }
  return words;
}

function clings(before: string, after: string): boolean {
  const mayPart = endsUnspaced.test(before) || startsUnspaced.test(after);
  return !mayPart || clingsBack.test(after) || clingsOn.test(before);
}

function cut(part: string, widthMax: number): { text: string; width: number }[] {
  const whole = { text: part, width: width(part) };
  if (whole.width <= widthMax) return [whole];
  const cuts: { readonly text: string; readonly width: number }[] = [];
  for (const grapheme of graphemes(part)) {
    const last = cuts.at(-1);
    const columns = width(grapheme);
    if (last === undefined || last.width + columns > widthMax) cuts.push({ text: grapheme, width: columns });
    else cuts[cuts.length - 1] = { text: last.text + grapheme, width: last.width + columns };
  }
  // Where it is cut, a space that was to hold it together shows no more.
  return cuts
    .map(({ text }) => text.trim())
    .flatMap((text) => (text === "" ? [] : { text, width: width(text) }));
}
