import { abbreviations, markedNames } from "./abbreviations.ts";
import { calendarWords, speechVerbs, starters } from "./starters.ts";

/** What is known of a language's full stops. Words come without their last stop. */
export type Rules = {
  readonly language: string;
  /** Whether "3." may mean "third". */
  readonly hasOrdinals: boolean;
  /** `never` ends a sentence, `either` may, `beforeNumber` does unless a number follows. */
  stopOf(word: string): "never" | "either" | "beforeNumber" | null;
  /** Whether a word with a capital begins sentences rather than names; it may end in the apostrophe of `l'` or `it's`. */
  isStarter(word: string): boolean;
};

type Stop = "never" | "either" | "beforeNumber";
type Stops = ReadonlyMap<string, Stop>;

const words = (list: string): readonly string[] => list.split(" ");
export const markedWords: ReadonlySet<string> = new Set(words(markedNames));
export const speaks: ReadonlySet<string> = new Set(words(speechVerbs));
export const inCalendar: ReadonlySet<string> = new Set(words(calendarWords));

const ordinalLanguages = new Set(words("de da nb nn no fi cs sk sl hr sr hu tr et lv is"));
const stopsPerLanguage = new Map(Object.keys(abbreviations).map((language) => [language, stopsOf(language)]));
const startersPerLanguage = new Map(
  Object.entries(starters).map(([language, list]) => [language, new Set(words(list))]),
);
/** What is too short to be known for another language's abbreviation. */
const shortWord = /^(?=.*[aeiouy])\p{Ll}{1,3}$/u;
/** Of a language that is not one's own, an abbreviation is only a hint: it may be a word here. */
const allStops: Stops = new Map([...stopsPerLanguage.values()].flatMap((stops) => [...stops]));
const allStarters: ReadonlySet<string> = new Set(
  [...startersPerLanguage.values()].flatMap((set) => [...set]),
);
const rulesPerLanguage = new Map<string, Rules>();

/**
 * The rules for a language tag such as `de` or `de-AT`. For an unknown or empty one the lists of all languages hold
 * together, and what is doubtful is no end.
 */
export function rulesOf(tag: string): Rules {
  const language = tag.toLowerCase().split(/[-_]/, 1)[0] ?? "";
  const known = stopsPerLanguage.has(language) || ordinalLanguages.has(language) ? language : "";
  const rules = rulesPerLanguage.get(known) ?? makeRules(known);
  rulesPerLanguage.set(known, rules);
  return rules;
}

function makeRules(language: string): Rules {
  const own = stopsPerLanguage.get(language);
  const begins = startersPerLanguage.get(language) ?? allStarters;
  return {
    language,
    hasOrdinals: language === "" || ordinalLanguages.has(language),
    stopOf(word) {
      const stop = find(own, word);
      if (stop !== null || (own !== undefined && shortWord.test(word))) return stop;
      const hint = find(allStops, word);
      return hint === "never" ? "either" : hint;
    },
    isStarter(word) {
      const plain = word.toLowerCase().replace("’", "'");
      return begins.has(plain) || begins.has(plain.replace("'", ""));
    },
  };
}

function find(stops: Stops | undefined, word: string): Stop | null {
  if (stops === undefined) return null;
  const lower = word.toLowerCase();
  // "DR." is "Dr."; a word in lower case is met by entries in lower case alone.
  const capitalised = `${word.slice(0, 1)}${lower.slice(1)}`;
  return stops.get(word) ?? stops.get(lower) ?? stops.get(capitalised) ?? null;
}

function stopsOf(language: string): Stops {
  const stops = new Map<string, Stop>();
  const lists = abbreviations[language];
  if (lists === undefined) return stops;
  for (const word of words(lists.never)) stops.set(word, "never");
  for (const word of words(lists.either)) stops.set(word, "either");
  for (const word of words(lists.beforeNumber)) stops.set(word, "beforeNumber");
  return stops;
}
