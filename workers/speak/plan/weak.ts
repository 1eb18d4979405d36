import { backOverSpace, charAt, charBefore, isDigit, isSpace, skipSpace } from "./chars.ts";
import type { Border } from "./ends.ts";
import type { Reader } from "./sentences.ts";
import { spanAround } from "./spans.ts";

/**
 * Borders inside a sentence. Each function finds the last one whose content ends in `(from, to]`, or `null`; what lies
 * in short quotations and brackets is no clause, and what lies in a pronunciation object is no border at all.
 */
export type Accept = (at: number) => boolean;

const clauseMark = /[,;:、，；：،؛·—–]/;
const needsNoSpace = /[、，；：—]/;
/** These bind to what comes before them even behind a space, as in French. */
const bindsBack = /[!?;:»›%€$£¥₹°)\]}.,…–—-]/;
const bindsForward = /[«‹„“‘([{#@$£€¥+№§~=/–—-]/;
const noBreak = /[\u00a0\u202f\u2007\u2060\ufeff]/;
/** Scripts without spaces, which a dictionary divides into words. */
const dictionaryLetter =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー々]/u;
/** How far back from the limit the dictionary looks. */
const wordLook = 160;

const words = new Intl.Segmenter(undefined, { granularity: "word" });

export function lastClause(reader: Reader, from: number, to: number, accept: Accept): Border | null {
  return findBack(from, to, (at) => clauseAt(reader, at), accept);
}

/** The first clause instead of the last. */
export function firstClause(reader: Reader, from: number, to: number, accept: Accept): Border | null {
  for (let at = from + 1; at <= to; at++) {
    const border = clauseAt(reader, at);
    if (border !== null && border.content <= to && accept(border.at)) return border;
  }
  return null;
}

/** A space; unless `isAny`, not one beside a number, an abbreviation or a mark that belongs to the word next to it. */
export function lastSpace(
  reader: Reader,
  from: number,
  to: number,
  accept: Accept,
  isAny = false,
): Border | null {
  return findBack(from, to, (at) => spaceAt(reader, at, isAny), accept);
}

export function lastWord({ text, spans }: Reader, from: number, to: number, accept: Accept): Border | null {
  const start = Math.max(from, to - wordLook);
  if (!dictionaryLetter.test(text.slice(start, to + 1))) return null;
  const borders = [...words.segment(text.slice(start, to + 32))].map(({ index }) => start + index);
  const at = borders.findLast(
    (border) =>
      border > start &&
      border <= to &&
      dictionaryLetter.test(charBefore(text, border)) &&
      dictionaryLetter.test(charAt(text, border)) &&
      spanAround(spans.hard, border) === null &&
      accept(border),
  );
  return at === undefined ? null : { content: at, at };
}

function findBack(
  from: number,
  to: number,
  look: (at: number) => Border | null,
  accept: Accept,
): Border | null {
  for (let at = to; at > from; at--) {
    const border = look(at);
    if (border !== null && border.content <= to && accept(border.at)) return border;
  }
  return null;
}

/** A clause whose mark ends at `at`. */
function clauseAt({ text, spans }: Reader, at: number): Border | null {
  const mark = text.charAt(at - 1);
  if (!clauseMark.test(mark)) return null;
  const next = skipSpace(text, at);
  if (next === at && !needsNoSpace.test(mark)) return null;
  if (next === at && clauseMark.test(text.charAt(at))) return null;
  if (isDigit(charAt(text, next)) && isDigit(charBefore(text, backOverSpace(text, at - 1)))) return null;
  if (spanAround(spans.soft, at) !== null || spanAround(spans.hard, at) !== null) return null;
  return { content: at, at: next };
}

/** A space that begins at `at`. */
function spaceAt({ text, spans }: Reader, at: number, isAny: boolean): Border | null {
  const space = text.charAt(at);
  if (!isSpace(space) || isSpace(text.charAt(at - 1)) || spanAround(spans.hard, at) !== null) return null;
  const next = skipSpace(text, at);
  if (!isAny && isBound(text, at, next)) return null;
  return { content: at, at: next };
}

function isBound(text: string, at: number, next: number): boolean {
  const before = charBefore(text, at);
  const after = charAt(text, next);
  if (noBreak.test(text.slice(at, Math.min(next, at + 8)))) return true;
  return (
    before === "." || isDigit(before) || isDigit(after) || bindsForward.test(before) || bindsBack.test(after)
  );
}
