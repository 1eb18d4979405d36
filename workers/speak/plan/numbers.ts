import { matchAt } from "./chars.ts";
import type { FullStop } from "./full-stop.ts";

const roman = /^[IVXLCDM]{2,}$/;
const chessMove = /(?:[KQRBN][a-h]?[1-8]?x?[a-h][1-8]|O-O)/y;
/** German months, as they follow an ordinal whatever the language is said to be. */
const months = /^(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)$/;
/** How far back on its line the item before an item of a list may stand. */
const itemLook = 160;

export const isRoman = (word: string): boolean => roman.test(word);

/** Whether the stop behind a number ends a sentence: "3." is third or the third item, unless it cannot be. */
export function numberEnds({ text, at, word, isFirst, next, isStarter, rules }: FullStop): boolean {
  if (next.kind === "digit") return false;
  const isArabic = !isRoman(word);
  if (isArabic && !/^\d{1,3}$/.test(word)) return true;
  if (isFirst || months.test(next.word) || matchAt(chessMove, text, next.at) !== "") return false;
  if (isArabic && (text.charAt(at + 1) === ")" || isNextItem(text, at, Number(word)))) return false;
  return !rules.hasOrdinals || (isArabic && word.length > 2) || isStarter;
}

/** Whether the number follows the one before it on the same line: "1. First item 2. Second item". */
function isNextItem(text: string, at: number, count: number): boolean {
  const line = text.slice(Math.max(0, at - itemLook), at);
  return count > 1 && new RegExp(`(?:^|[^\\d.,])${count - 1}\\.[)\\s][^\\n]*$`).test(line);
}
