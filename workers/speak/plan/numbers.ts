import { matchAt } from "./chars.ts";
import type { FullStop } from "./full-stop.ts";
import type { Rules } from "./rules.ts";

const roman = /^[IVXLCDM]{2,}$/;
const chessMove = /(?:[KQRBN][a-h]?[1-8]?x?[a-h][1-8]|O-O)/y;
const large = /^\d[\d.,]*\d{3}$/;
const dottedNumber = /\d+\.(?:\s|$)/y;
/** German months, as they follow an ordinal whatever the language is said to be. */
const months = /^(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)$/;
/** The white space before what may be an item of a list on one line. */
export const itemSpaces = /(?<=[^\s.!?:;…•⁃(])[ \t\u00a0]{1,8}(?=(?:[•⁃] ?)?\(?\d{1,3}(?:\.\)?|\)) )/g;
const listed = /(?:[•⁃] ?)?\(?\d{1,3}[.)]{1,2} (?=\p{Lu})/uy;
/** How far back on its line the item before an item of a list may stand. */
const itemLook = 160;

export const isRoman = (word: string): boolean => roman.test(word);

/** Whether the stop behind a number ends a sentence: "3." is third or the third item, unless it cannot be. */
export function numberEnds({ text, at, word, isFirst, next, isStarter, rules }: FullStop): boolean {
  // "In 1990. 20 years later" against "2024. 5. 3." and "15. 7. 2024".
  if (next.kind === "digit") return large.test(word) && matchAt(dottedNumber, text, next.at) === "";
  const isArabic = !isRoman(word);
  if (isArabic && !/^\p{Nd}{1,3}$/u.test(word)) return true;
  if (isFirst || months.test(next.word) || matchAt(chessMove, text, next.at) !== "") return false;
  if (isArabic && (isBracketed(text, at) || isNextItem(text, at, Number(word)))) return false;
  return !rules.hasOrdinals || (isArabic && word.length > 2) || isStarter;
}

/** The item "5.)", but not the end of "(See p. 5.)". */
function isBracketed(text: string, at: number): boolean {
  return text.charAt(at + 1) === ")" && !/\([^()]*$/.test(text.slice(Math.max(0, at - itemLook), at));
}

/**
 * Whether the number is the next of a list on the same line: "1. First item 2. Second item". The one before it began
 * the line or came after a mark, unlike in "Go to step 1. If it fails, go to step 2."
 */
export function isNextItem(text: string, at: number, count: number): boolean {
  const line = text.slice(Math.max(0, at - itemLook), at);
  if (!(count > 1)) return false;
  return new RegExp(`(?:^|\\n|[.!?:;…]\\s)[\\s(•⁃]*(?:1|${count - 1})(?:\\.?\\)|\\.\\s)[^\\n]*$`).test(line);
}

/** Whether an item follows one that no mark ended: "1. First item 2. Second item". An ordinal looks the same. */
export function isItemAhead(text: string, from: number, to: number, rules: Rules): boolean {
  const ahead = matchAt(listed, text, to);
  if (ahead === "" || rules.hasOrdinals || matchAt(chessMove, text, to + ahead.length) !== "") return false;
  return isNextItem(text, from, Number(/\d+/.exec(ahead)?.[0]));
}
