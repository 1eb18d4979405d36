import { backOverSpace, charBefore, isDigit, isSpace, isUpper, isWide, matchAt } from "./chars.ts";
import { nextOf } from "./next.ts";

/** A line break and the white space behind it. */
export const lineBreaks = /[\n\r\v\f\u2028\u2029]\s*/g;

/** A line of at least this many characters was probably broken by its width and goes on in the next. */
const fullLine = 56;
const fullWideLine = 18;

const blankLine = /\n\s*?\n|\r(?!\n)\s*?[\r\n]|\u2029|\f/;
const item = /(?:[-+*•‣◦▪·–—]|\(?(?:\d{1,3}[.)]|[a-z][.)]|[A-Z]\))|#{1,6}|>|\|)[ \t\u00a0]/y;

/** What the line break `text[from, to)`, white space behind it included, divides. */
export function lineEnd(text: string, from: number, to: number): "paragraph" | "line" | null {
  const content = backOverSpace(text, from);
  if (/[\n\r]/.test(text.slice(content, from))) return null;
  if (blankLine.test(text.slice(from, Math.min(to, from + 256)))) return "paragraph";
  if (matchAt(item, text, to) !== "") return "line";
  const start = lineStart(text, content);
  if (/^#{1,6} /.test(text.slice(start, start + 8))) return "line";
  const last = charBefore(text, content);
  // Whether a sentence ends here was for its marks to say.
  if (/[\p{Sentence_Terminal}…,،、，([{–—-]/u.test(last)) return null;
  // Nor does a heading end in a short word such as "of", or in a Japanese particle.
  if (/(?:^|\s)\p{Ll}{1,3}$|[のをがはにでと]$/u.test(text.slice(Math.max(start, content - 5), content)))
    return null;
  const next = nextOf(text, to);
  if (next.kind === "lower" || next.kind === "nothing") return null;
  if (next.kind === "mark" && !isUpper(next.word.charAt(0)) && !isDigit(next.word.charAt(0))) return null;
  return content - start < (isWide(last) ? fullWideLine : fullLine) ? "line" : null;
}

function lineStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && from - at < fullLine + 8 && !/[\n\r\u2028\u2029]/.test(text.charAt(at - 1))) at--;
  while (at < from && isSpace(text.charAt(at))) at++;
  return at;
}
