const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** What terminals draw over two cells: letters of East Asia in full width, and emoji. */
const wide =
  /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|.\ufe0f)/u;
/** Katakana and Hangul of half a width. */
const narrow = /^[\uff61-\uffdc]/;

/** How many cells of a terminal a text takes that has nothing in it to steer one. */
export function cellsOf(text: string): number {
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) cells += cellsOfOne(segment);
  return cells;
}

/** A text in pieces that each take `width` cells at most, at least one letter each. */
export function piecesOf(text: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = "";
  let cells = 0;
  for (const { segment } of graphemes.segment(text)) {
    const more = cellsOfOne(segment);
    if (piece !== "" && cells + more > width) {
      pieces.push(piece);
      piece = "";
      cells = 0;
    }
    piece += segment;
    cells += more;
  }
  pieces.push(piece);
  return pieces;
}

/** The beginning of a text, as much as fits. */
export function cut(text: string, width: number): string {
  return piecesOf(text, width)[0] ?? "";
}

function cellsOfOne(grapheme: string): 1 | 2 {
  return wide.test(grapheme) && !narrow.test(grapheme) ? 2 : 1;
}
