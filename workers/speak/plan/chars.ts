/** Small looks at a text. Each is bounded, so that whoever asks at every character still takes linear time. */

/** A look back or ahead never goes further than this, white space apart. */
export const lookMax = 48;

const space = /\s/;
const upper = /[\p{Lu}\p{Lt}]/u;
const lower = /\p{Ll}/u;
const letter = /\p{L}/u;
const digit = /\p{Nd}/u;
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー々]/u;

export const isSpace = (char: string): boolean => char !== "" && space.test(char);
export const isUpper = (char: string): boolean => upper.test(char);
export const isLower = (char: string): boolean => lower.test(char);
export const isLetter = (char: string): boolean => letter.test(char);
export const isDigit = (char: string): boolean => digit.test(char);
/** Of a script that is written without spaces and has marks of its own: Chinese and Japanese. */
export const isWide = (char: string): boolean => wide.test(char);

/** The code point at `at` as a string, `""` at the end. */
export function charAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? "" : String.fromCodePoint(code);
}

/** The code point that ends at `at`, `""` at the beginning. */
export function charBefore(text: string, at: number): string {
  if (at <= 0) return "";
  const isPair = at > 1 && isLow(text.charCodeAt(at - 1)) && isHigh(text.charCodeAt(at - 2));
  return text.slice(at - (isPair ? 2 : 1), at);
}

export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && space.test(text.charAt(at))) at++;
  return at;
}

/** Back over at most `lookMax` of white space. */
export function backOverSpace(text: string, from: number): number {
  let at = from;
  while (at > 0 && from - at < lookMax && space.test(text.charAt(at - 1))) at--;
  return at;
}

/** The start of the run without white space that ends at `from`, at most `lookMax` back. */
export function wordStart(text: string, from: number): number {
  let at = from;
  while (at > 0 && from - at < lookMax && !space.test(text.charAt(at - 1))) at--;
  return at;
}

/** Matches a sticky expression at a place; `""` when it does not. */
export function matchAt(sticky: RegExp, text: string, at: number): string {
  sticky.lastIndex = at;
  return sticky.exec(text)?.[0] ?? "";
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
