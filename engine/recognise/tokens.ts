import llamaTokenizer from "llama-tokenizer-js";

/** Above this id the vocabulary holds marks for time stamps and languages, never text. */
const FIRST_SPECIAL_TOKEN = 32_000;
const BYTE_PIECE = /^<0x([0-9A-F]{2})>$/;
const SPACE_MARK = /▁/g;

const decoder = new TextDecoder();

/** The text of one token (a leading space begins a word), or of a run of byte tokens that spell one character. */
export function tokenText(ids: readonly number[]): string {
  let text = "";
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length > 0) text += decoder.decode(Uint8Array.from(bytes));
    bytes = [];
  };
  for (const id of ids) {
    const piece = id >= FIRST_SPECIAL_TOKEN || id <= 2 ? "" : (llamaTokenizer.vocabById[id] ?? "");
    const byte = BYTE_PIECE.exec(piece)?.[1];
    if (byte !== undefined) {
      bytes.push(Number.parseInt(byte, 16));
      continue;
    }
    flush();
    text += piece.replace(SPACE_MARK, " ");
  }
  flush();
  return text;
}
