/** A word of a text, with whatever stands between it and the word before: all pieces in a row are the text again. */
export type Piece = {
  readonly gap: string;
  readonly word: string;
  /** What words are compared by: without capitals. */
  readonly key: string;
};

/**
 * A letter of a script that is written without spaces is a word of its own: real words there are found by what follows
 * them, so a longer text would divide otherwise than the shorter one did.
 */
const spaceless = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u.source;
const letter = /[\p{L}\p{M}\p{N}\p{S}%&#@]/u.source;
const words = new RegExp(
  `${spaceless}\\p{M}*|(?:(?!${spaceless})${letter})+(?:['’](?:(?!${spaceless})${letter})+)*`,
  "gu",
);

/** The words of a text. Marks behind the last one belong to none: they stand until the next word is there. */
export function piecesOf(text: string): Piece[] {
  let end = 0;
  return Array.from(text.matchAll(words), ({ 0: word, index }) => {
    const gap = text.slice(end, index);
    end = index + word.length;
    return { gap, word, key: word.normalize("NFKC").toLowerCase().replace("’", "'") };
  });
}

export function textOf(pieces: readonly Piece[]): string {
  return pieces
    .map(({ gap, word }) => gap + word)
    .join("")
    .trimStart();
}
