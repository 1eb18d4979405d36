import llamaTokenizer from "llama-tokenizer-js";

/** Across all of a session's keyterms (reference 3.1). */
const MAX_TOKENS = 500;
/** No token of the vocabulary is longer, so that a text beyond this many characters needs no counting. */
const LONGEST_TOKEN_CHARACTERS = 16;

/** Whether `keyterms` are more than a session may have. Counted with this recogniser's own tokens. */
export function areTooManyKeyterms(keyterms: readonly string[]): boolean {
  const characters = keyterms.reduce((sum, keyterm) => sum + keyterm.length, 0);
  if (characters > MAX_TOKENS * LONGEST_TOKEN_CHARACTERS) return true;
  const tokens = keyterms.reduce(
    (sum, keyterm) => sum + llamaTokenizer.encode(keyterm, false, true).length,
    0,
  );
  return tokens > MAX_TOKENS;
}
