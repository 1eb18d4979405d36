/** Pieces shorter than this are spoken together with the next, so that a lone "Yes." does not stand apart. */
const MIN_PIECE_CHARACTERS = 20;
const ABBREVIATION = /\b(?:mr|mrs|ms|dr|st|prof|gen|col|capt|lt|sgt|rev|hon|vs|no|fig|approx|[a-z])\.\s*$/i;

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Splits text into the pieces that are synthesised one by one: sentences, none of them tiny. Joined they are the text. */
export function splitSentences(text: string): string[] {
  const pieces: string[] = [];
  let open = "";
  for (const { segment } of segmenter.segment(text)) {
    open += segment;
    if (open.trim().length < MIN_PIECE_CHARACTERS || ABBREVIATION.test(open)) continue;
    pieces.push(open);
    open = "";
  }
  if (open.trim() !== "" || pieces.length === 0) pieces.push(open);
  else pieces[pieces.length - 1] += open;
  return pieces;
}

const PLAIN: ReadonlyMap<string, string> = new Map([
  ["‘", "'"],
  ["’", "'"],
  ["“", '"'],
  ["”", '"'],
  ["–", " - "],
  ["—", " - "],
  ["…", "..."],
]);

/** Text as Flite reads it: its English lexicon knows ASCII only, and spells out everything else byte by byte. */
export function toFliteText(text: string): string {
  return text
    .replace(/[‘’“”–—…]/g, (mark) => PLAIN.get(mark) ?? " ")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]/g, " ");
}
