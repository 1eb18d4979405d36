const graphemeSegmenter = new Intl.Segmenter("und", { granularity: "grapheme" });
const ascii = /^[\x20-\x7e]*$/;
/** Latin letters, of which none takes up another: most of all captions, and ten times as fast. */
const simple = /^[\x20-\x7e\xa0-\u02ff]*$/;
const invisible = /^\p{Default_Ignorable_Code_Point}+$/u;
/** East Asian wide and full-width characters, and whatever is drawn as an emoji. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]|\ufe0f/u;

/** A line of 42 columns holds 16 full-width characters, as captions in these scripts do. */
const wideColumns = 42 / 16;

/** What a reader sees as one character each. */
export function graphemes(text: string): string[] {
  return simple.test(text)
    ? [...text]
    : Array.from(graphemeSegmenter.segment(text), ({ segment }) => segment);
}

/** Columns that text takes on a caption line. */
export function width(text: string): number {
  if (ascii.test(text)) return text.length;
  return graphemes(text).reduce((sum, grapheme) => sum + columnsOf(grapheme), 0);
}

function columnsOf(grapheme: string): number {
  if (invisible.test(grapheme)) return 0;
  return wide.test(grapheme) ? wideColumns : 1;
}
