import { backOverSpace, isDigit, isLower, isUpper, matchAt, wordStart } from "./chars.ts";
import { dotted, type FullStop, isVowelless, lastPart } from "./full-stop.ts";
import { isNextItem, isRoman, numberEnds } from "./numbers.ts";
import { inCalendar, type Rules } from "./rules.ts";

const initials = /^(?:\p{L}\p{M}*\.-?)*\p{L}\p{M}*$/u;
const item = /\(?\d{1,3}(?=[.)]\s)/y;
const plain = /^[\p{Ll}'’-]{2,}$/u;
const timeOfDay = /^(?:[ap]\.m|[πμ]\.μ)$/i;
/** Of these a word of one letter is a word and no initial. */
const syllabic = /[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/** Whether a full stop ends a sentence: not behind an abbreviation, an initial, an ordinal or the number of an item. */
export function stopEnds(stop: FullStop): boolean {
  const { word, previous, next, rules } = stop;
  // Thai ends no sentence with a stop.
  if (/\p{Script=Thai}$/u.test(word)) return false;
  if (word === "") return next.kind === "upper" && previous.length > 2;
  if (next.kind === "lower") return plain.test(word) && isUnlisted(word, rules);
  // "MM. Dupont et Durand" are no two thousand.
  const isNumber = isDigit(word.charAt(0)) || (isRoman(word) && rules.stopOf(word) !== "never");
  return isNumber ? numberEnds(stop) : wordEnds(stop);
}

function wordEnds(stop: FullStop): boolean {
  const { text, start, word, previous, next, isStarter, rules } = stop;
  const whole = `${spacedLetters(text, start)}${word}`;
  if (timeOfDay.test(whole)) return timeEnds(stop);
  switch (rules.stopOf(whole) ?? rules.stopOf(lastPart(word))) {
    case "never":
      return false;
    case "either":
      return isStarter || next.kind === "mark";
    case "beforeNumber":
      return next.kind !== "digit" && !isRoman(next.word) && !next.word.endsWith(".");
    case null:
      break;
  }
  if (initials.test(whole) && !syllabic.test(word)) return initialEnds(stop);
  // Before a number a short unknown word is more often an abbreviation than the last word of a sentence.
  if (next.kind === "digit" && /^\p{L}{0,3}[°º]?$/u.test(word))
    return isNextItem(text, next.at, Number(matchAt(item, text, next.at).replace("(", "")));
  const isUnknownShort = isVowelless(word) && word !== word.toUpperCase() && !/\d$/.test(previous);
  return isStarter || !(dotted.test(word) || isUnknownShort);
}

/** Whether nothing speaks for an abbreviation or a number, in whatever case it is written. */
function isUnlisted(word: string, rules: Rules): boolean {
  if (isVowelless(word) || isRoman(word.toUpperCase())) return false;
  const capitalised = `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
  return rules.stopOf(word) === null && rules.stopOf(capitalised) === null;
}

/** "At 5 p.m. Monday" and "At 5 a.m. Mr. Smith" go on. */
function timeEnds({ text, next, rules }: FullStop): boolean {
  if (next.kind !== "upper" || inCalendar.has(next.word.toLowerCase())) return false;
  return rules.stopOf(next.word) !== "never" || text.charAt(next.at + next.word.length) !== ".";
}

/** "J. Smith" goes on, "plan B. We" and "5 C. Roads" do not; an ordinary "I." follows a word in lower case. */
function initialEnds({ word, previous, isFirst, isStarter }: FullStop): boolean {
  if (isFirst) return false;
  const isUnit = /\d$/.test(previous) && !word.includes(".");
  const isAlone = isUpper(word.charAt(0)) && !/^\p{L}\.$/u.test(previous);
  if (isStarter) return isUnit || isAlone || word.includes(".");
  return isUnit || (word === "I" && isLower(previous.charAt(0)));
}

/** The letters of an abbreviation written with spaces, `z. B.`, as they stand before its last: `z.`. */
function spacedLetters(text: string, start: number): string {
  let found = "";
  let at = start;
  for (let count = 0; count < 3; count++) {
    const end = backOverSpace(text, at);
    if (end === at || text.charAt(end - 1) !== ".") break;
    const from = wordStart(text, end);
    if (!/^\(?\p{L}\p{M}*\.$/u.test(text.slice(from, end))) break;
    found = `${text.slice(from, end).replace("(", "")}${found}`;
    at = from;
  }
  return found;
}
