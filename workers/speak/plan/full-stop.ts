import { backOverSpace, isDigit, wordStart } from "./chars.ts";
import type { Next } from "./next.ts";
import type { Rules } from "./rules.ts";

/** A single full stop with white space behind it, and what surrounds it. */
export type FullStop = {
  readonly text: string;
  readonly at: number;
  readonly start: number;
  /** The word it stands behind, from `start` without opening marks. */
  readonly word: string;
  /** The word before that one, with all its marks. */
  readonly previous: string;
  /** Whether `word` begins its line or sentence, as far as the word before tells. */
  readonly isFirst: boolean;
  readonly next: Next;
  /** Whether the next word is one that begins sentences. */
  readonly isStarter: boolean;
  readonly rules: Rules;
};

/** Opening marks, and the elided articles of French and Italian. */
const opening =
  /^(?:["“„‚‘'«»‹›([{¿¡*_#\\⁃•·–—-]|(?:[ldjmnstc]|qu|un|(?:al|del|nel|dal|sul)l)['’](?=\p{L}{2}))+/iu;
/** Chinese and Japanese put no space before a Latin word. */
const wideBefore = /^.*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々](?=\p{Script=Latin})/u;
const inCapitals = /^\P{Ll}*\p{Lu}{2}\P{Ll}*$/u;
/** Hardly a word; but behind a number a unit, which may end a sentence like any word. */
const withoutVowel = /^(?:[b-df-hj-np-tv-xz]{2,5}|[бвгджзйклмнпрстфхцчшщ]{2,5})$/i;
const unit = /^(?:[kcmd]m|[kmµ]g|[mcd]l|[kmg]?hz|[kmgt]b|k?wh?|[mk]ph|кг|[ксд]м|мм|м[гл]|[кмг]б)$/i;
export const dotted = /^(?:\p{L}{1,3}\.)+\p{L}{1,3}$/u;

/** The full stop at `at`; `next` is what follows. */
export function fullStop(text: string, at: number, next: Next, rules: Rules): FullStop {
  const start = wordStart(text, at);
  const before = backOverSpace(text, start);
  const word = text.slice(start, at).replace(opening, "").replace(wideBefore, "");
  const previous = text.slice(wordStart(text, before), before);
  return {
    text,
    at,
    start,
    word,
    previous,
    isFirst: text.slice(before, start).includes("\n") || isAfterEnd(text, before, word, rules),
    next,
    // Where all is written in capitals, one tells nothing.
    isStarter: rules.isStarter(next.word) && !(inCapitals.test(previous) && inCapitals.test(next.word)),
    rules,
  };
}

function isAfterEnd(text: string, at: number, behind: string, rules: Rules): boolean {
  if (at === 0 || /[!?…:•⁃]/.test(text.charAt(at - 1))) return true;
  if (text.charAt(at - 1) !== ".") return false;
  const word = lastPart(text.slice(wordStart(text, at), at - 1).replace(opening, ""));
  // Before a number these are taken for abbreviations.
  if (isDigit(behind.charAt(0)) && (/^\p{L}{1,3}$/u.test(word) || isVowelless(word))) return false;
  return word.length > 1 && !dotted.test(word) && rules.stopOf(word) === null;
}

export function isVowelless(word: string): boolean {
  return withoutVowel.test(word) && !unit.test(word);
}

/** The part that lists know: German joins its street to a name, "Hauptstr. 12", and titles to each other, "Dr.-Ing.". */
export function lastPart(word: string): string {
  return /.str$/.test(word) ? "str" : word.replace(/^.*\.-(?=\p{L}{2})/u, "");
}
