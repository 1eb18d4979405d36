import type { Interim, Segment } from "../../shared/captions.ts";
import type { Captions } from "../transcript.ts";
import { type Piece, piecesOf, textOf } from "./pieces.ts";

/** What of the captions decides which words of the interim are shown. */
export type Spoken = Pick<Captions, "segments" | "interim" | "session">;

/**
 * How long what an interim says has to stand before it is shown: a new word at the end, another word in the place of one of
 * the last, and of one before them, where all words behind it move. Measured by `npm run wer`: erasure of 0.68 becomes 0.11
 * for a delay of p50 250, p95 655 ms. Holding for 0 ms: 0.12 for 0, 1423 (and 0.11 in place, not 0.04); for 500: 0.04 for 500, 922.
 */
const holdMs = 250;
const correctMs = 700;
const reviseMs = 3_000;
const lastWords = 2;

/** A word of the newest interim, or its end, and since when it has stood behind the word before it. */
type Heard = Piece & { readonly sinceMs: number };

/** Which words of what is being said now are on the screen. */
export type Stabiliser =
  | { readonly kind: "quiet" }
  | {
      readonly kind: "speaking";
      readonly session: string | undefined;
      readonly interim: Interim;
      readonly heard: readonly Heard[];
      readonly shown: readonly Piece[];
      /** When something that is held back will be due without any news. */
      readonly dueMs: number | null;
    };
type Speaking = Extract<Stabiliser, { kind: "speaking" }>;

export const quiet: Stabiliser = { kind: "quiet" };

const textEnd: Piece = { gap: "", word: "", key: "" };

/** What to show behind the segments; null for nothing. */
export function shownText(state: Stabiliser): string | null {
  return state.kind === "quiet" || state.shown.length === 0 ? null : textOf(state.shown);
}

/**
 * Takes the captions in as they are now. A word, once shown, keeps its place, capitals and marks until a final stands
 * there or another word has stood there for long enough; what flickers in between is not seen.
 */
export function hear(state: Stabiliser, { segments, interim, session }: Spoken, nowMs: number): Stabiliser {
  if (interim === null) return quiet;
  const before = state.kind === "speaking" && state.session === session?.id ? state : null;
  const pieces = piecesOf(interim.text);
  // A final took the first words; the others stay, in the words of the interim that goes on.
  const isNext = before !== null && before.interim.start !== interim.start;
  const taken = isNext ? wordsSince(segments, before.session, before.interim.start) : 0;
  const shown = isNext ? pieces.slice(0, Math.max(0, before.shown.length - taken)) : (before?.shown ?? []);
  const heard = [...pieces, textEnd].map((piece, at, all) => ({
    ...piece,
    sinceMs: (before && stoodSince(before.heard, at + taken, piece, all[at - 1])) ?? nowMs,
  }));
  return settle({ kind: "speaking", session: session?.id, interim, heard, shown, dueMs: null }, nowMs);
}

/** The same without news, when `dueMs` has come. */
export function look(state: Stabiliser, nowMs: number): Stabiliser {
  return state.kind === "quiet" ? state : settle(state, nowMs);
}

function settle(state: Speaking, nowMs: number): Speaking {
  const { heard } = state;
  let { shown } = state;
  let dueMs: number | null = null;
  const isDue = (word: Heard | undefined, afterMs: number): boolean => {
    if (word === undefined) return false;
    const atMs = word.sinceMs + afterMs;
    if (atMs > nowMs) dueMs = Math.min(dueMs ?? atMs, atMs);
    return atMs <= nowMs;
  };

  const same = commonLength(shown, heard);
  let next: number | null = same;
  if (same < shown.length) {
    const isLast = shown.length - same <= lastWords;
    if (isDue(heard[same], isLast ? correctMs : reviseMs)) shown = shown.slice(0, same);
    else next = placeBehind(shown, heard);
  }
  if (next !== null) {
    const from = next;
    while (next < heard.length - 1 && isDue(heard[next], holdMs)) next++;
    shown = [...shown, ...heard.slice(from, next)];
  }
  return { ...state, shown, dueMs };
}

function commonLength(one: readonly Piece[], other: readonly Piece[]): number {
  let length = 0;
  while (length < one.length && one[length]?.key === other[length]?.key) length++;
  return length;
}

/** How far words in front may have come to be more or fewer, nearest first. */
const shifts = [0, 1, -1, 2, -2, 3, -3];

/** Since when the word has been heard behind this other one, around a place of the interim before. */
function stoodSince(
  before: readonly Heard[],
  place: number,
  word: Piece,
  previous: Piece | undefined,
): number | undefined {
  for (const shift of shifts) {
    const at = place + shift;
    const candidate = before[at];
    // Before the first word stands what a final took, in other words perhaps.
    const isBehind = previous === undefined ? place > 0 || at === 0 : before[at - 1]?.key === previous.key;
    if (candidate?.key === word.key && isBehind) return candidate.sinceMs;
  }
  return undefined;
}

/** Where `pieces` go on behind the last two words that are shown; null where these are not to be found. */
function placeBehind(shown: readonly Piece[], pieces: readonly Piece[]): number | null {
  const [last, previous] = [shown.at(-1), shown.at(-2)];
  if (last === undefined || previous === undefined) return null;
  for (const shift of shifts) {
    const place = shown.length + shift;
    if (pieces[place - 1]?.key === last.key && pieces[place - 2]?.key === previous.key) return place;
  }
  return null;
}

function wordsSince(segments: readonly Segment[], session: string | undefined, startMs: number): number {
  let words = 0;
  for (let at = segments.length - 1; at >= 0; at--) {
    const segment = segments[at];
    if (segment === undefined || segment.session !== session || segment.end <= startMs) break;
    if (segment.kind === "speech") words += piecesOf(segment.text).length;
  }
  return words;
}
