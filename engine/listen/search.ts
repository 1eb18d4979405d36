/** A word as the wire has it, as far as searching needs it. */
type SearchedWord = { word: string; start: number; end: number; confidence: number };

/** Where the terms were said, word by word (reference 3.4.1, `channel.search`). */
export function searchWords(words: readonly SearchedWord[], terms: readonly string[]) {
  return terms.map((query) => ({ query, hits: hitsOf(words, plain(query)) }));
}

function hitsOf(words: readonly SearchedWord[], sought: readonly string[]) {
  if (sought.length === 0) return [];
  return words.flatMap((first, index) => {
    const said = words.slice(index, index + sought.length);
    const isHit = sought.every((word, offset) => said[offset]?.word === word);
    if (!isHit) return [];
    return [
      {
        confidence: Math.min(...said.map((word) => word.confidence)),
        start: first.start,
        end: said.at(-1)?.end ?? first.end,
        snippet: said.map((word) => word.word).join(" "),
      },
    ];
  });
}

function plain(term: string): string[] {
  return term.toLowerCase().split(/\s+/).filter(Boolean);
}
