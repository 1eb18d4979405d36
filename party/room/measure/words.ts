/** What measuring reads of something that was recognised. */
type Said = { readonly text: string; readonly words: readonly { readonly text: string }[] };

/**
 * Words as they are compared and counted: lower case, without punctuation, parted by hyphens as by spaces. Where the
 * provider names them they are its own, for not every script puts spaces between them.
 */
export function wordsOf({ text, words }: Said): string[] {
  const said = words.length === 0 ? text : words.map((word) => word.text).join(" ");
  return said
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[’‘ʼ]/g, "'")
    .replace(/[^\p{L}\p{M}\p{N}']+/gu, " ")
    .split(" ")
    .map((word) => word.replace(/^'+|'+$/g, ""))
    .filter((word) => word !== "");
}

/** Of what was shown, the words from the first one on that differs in what is shown next. */
export function erasedBy(next: readonly string[], shown: readonly string[]): number {
  let kept = 0;
  while (kept < shown.length && shown[kept] === next[kept]) kept += 1;
  return shown.length - kept;
}
