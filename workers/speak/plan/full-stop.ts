import { backOverSpace, wordStart } from "./chars.ts";
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
export const dotted = /^(?:\p{L}{1,3}\.)+\p{L}{1,3}$/u;

/** The full stop at `at`; `next` is what follows, never in lower case. */
export function fullStop(text: string, at: number, next: Next, rules: Rules): FullStop {
  const start = wordStart(text, at);
  const before = backOverSpace(text, start);
  return {
    text,
    at,
    start,
    word: text.slice(start, at).replace(opening, ""),
    previous: text.slice(wordStart(text, before), before),
    isFirst: text.slice(before, start).includes("\n") || isAfterEnd(text, before, rules),
    next,
    isStarter: rules.isStarter(next.word),
    rules,
  };
}

function isAfterEnd(text: string, at: number, rules: Rules): boolean {
  if (at === 0 || /[!?…:•⁃]/.test(text.charAt(at - 1))) return true;
  if (text.charAt(at - 1) !== ".") return false;
  const word = lastPart(text.slice(wordStart(text, at), at - 1).replace(opening, ""));
  return word.length > 1 && !dotted.test(word) && rules.stopOf(word) === null;
}

/** The part that lists know: German joins its street to a name, "Hauptstr. 12", and titles to each other, "Dr.-Ing.". */
export function lastPart(word: string): string {
  return /.str$/.test(word) ? "str" : word.replace(/^.*\.-(?=\p{L}{2})/u, "");
}
