import { charAt, isDigit, isLetter, isLower, isUpper, isWide, matchAt, skipSpace } from "./chars.ts";

/** What comes after a possible end, behind its white space. */
export type Next = {
  /** Where it begins. */
  readonly at: number;
  readonly kind: "nothing" | "upper" | "lower" | "uncased" | "digit" | "mark";
  /** Its first word, with the stop of an initial or an elided apostrophe (`l'`), without opening marks; may be empty. */
  readonly word: string;
  /** The word behind that one. */
  readonly second: string;
  readonly isWide: boolean;
};

const openers = /["'“”„‚‘«»‹›([{「『（【《〈*_~¿¡—–\s-]{0,8}/y;
const firstWord = /\p{L}\.|[\p{L}\p{M}\p{Nd}]{1,24}['’]?/uy;
const gap = /[\p{L}\p{M}\p{Nd}]{0,24}['’]?[^\p{L}\n]{0,3}/uy;

/** Reads on at `from`: white space, then opening marks, then a word or two. */
export function nextOf(text: string, from: number): Next {
  const at = skipSpace(text, from);
  if (at >= text.length) return { at, kind: "nothing", word: "", second: "", isWide: false };
  const inner = at + matchAt(openers, text, at).length;
  const word = matchAt(firstWord, text, inner);
  const second = matchAt(firstWord, text, inner + matchAt(gap, text, inner).length);
  const first = charAt(text, inner);
  return {
    at,
    kind: kindOf(first, word, second, text.slice(at, inner)),
    word,
    second,
    isWide: isWide(first),
  };
}

function kindOf(first: string, word: string, second: string, opened: string): Next["kind"] {
  if (isDigit(first)) return "digit";
  if (isUpper(first)) return "upper";
  // Dutch capitalises the word behind its clipped articles: "'s Avonds".
  if (word.length === 1 && /['’]$/.test(opened) && isUpper(second.charAt(0))) return "upper";
  // A brand such as iPhone begins a sentence like any capital; an inverted mark always begins one.
  if (isLower(first)) return /^\p{Ll}{1,2}\p{Lu}/u.test(word) || /[¿¡]/.test(opened) ? "upper" : "lower";
  return isLetter(first) ? "uncased" : "mark";
}
