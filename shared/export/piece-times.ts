import type { Piece } from "./pieces.ts";
import type { Placed } from "./timeline.ts";

export type TimedPiece = Piece & { readonly start: number; readonly end: number };

/** A stretch of speech: so much text was spoken evenly between two times. */
type Stretch = { readonly amount: number; readonly start: number; readonly end: number };

/**
 * When each piece of a segment's text was spoken: as its words tell, if they spell the text, otherwise in proportion to
 * length. Times are whole milliseconds inside the segment and never run backwards.
 */
export function timed(segment: Placed, pieces: readonly Piece[]): TimedPiece[] {
  const words = segment.words ?? [];
  const spelled = pieces.map(({ text }) => letters(text));
  const heard = words.map(({ text }) => letters(text));
  // What an operator corrected, or a provider formatted, may read otherwise than what was heard.
  const isHeard = spelled.join("") !== "" && spelled.join("") === heard.join("");
  const amounts = isHeard
    ? spelled.map((text) => text.length)
    : pieces.map(({ width, spaced }) => width + (spaced ? 1 : 0));
  const stretches = isHeard
    ? withinSegment(segment, words, heard)
    : [{ amount: total(amounts), start: segment.start, end: segment.end }];
  return spread(pieces, amounts, stretches, segment);
}

function spread(
  pieces: readonly Piece[],
  amounts: readonly number[],
  stretches: readonly Stretch[],
  segment: Placed,
): TimedPiece[] {
  let index = 0;
  let before = 0;
  let at = 0;
  let time = segment.start;
  return pieces.map((piece, i) => {
    const from = at;
    at += amounts[i] ?? 0;
    let stretch = stretches[index];
    while (stretch !== undefined && before + stretch.amount <= from) {
      before += stretch.amount;
      stretch = stretches[++index];
    }
    const start = Math.max(
      time,
      stretch === undefined || at === from ? time : timeIn(stretch, from - before),
    );
    while (stretch !== undefined && before + stretch.amount < at) {
      before += stretch.amount;
      stretch = stretches[++index];
    }
    const end = Math.max(start, stretch === undefined || at === from ? start : timeIn(stretch, at - before));
    time = end;
    return { ...piece, start, end };
  });
}

function timeIn({ amount, start, end }: Stretch, part: number): number {
  return Math.round(start + ((end - start) * part) / amount);
}

function withinSegment(
  { start, end }: Placed,
  words: readonly { readonly start: number; readonly end: number }[],
  heard: readonly string[],
): Stretch[] {
  let time = start;
  return words.map((word, i) => {
    const from = Math.min(Math.max(time, word.start), end);
    time = Math.min(Math.max(from, word.end), end);
    return { amount: heard[i]?.length ?? 0, start: from, end: time };
  });
}

function letters(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

function total(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
