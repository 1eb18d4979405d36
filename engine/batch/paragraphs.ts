import type { WireWord } from "../listen/messages.ts";
import { textOf } from "./utterances.ts";

/** A pause between sentences, or so many of them, that begins a new paragraph. */
const PARAGRAPH_PAUSE_SECONDS = 2;
const MAX_SENTENCES = 6;

const SENTENCE_END = /[.?!]["')\]]?$/;

/** `paragraphs` of an alternative (reference 9), from punctuated words. */
export function paragraphsOf(words: readonly WireWord[]) {
  const paragraphs = groupSentences(splitSentences(words)).map((sentences) => ({
    sentences: sentences.map((said) => ({
      text: textOf(said),
      start: said[0]?.start ?? 0,
      end: said.at(-1)?.end ?? 0,
    })),
    ...(sentences[0]?.[0]?.speaker === undefined ? {} : { speaker: sentences[0][0].speaker }),
    num_words: sentences.flat().length,
    start: sentences[0]?.[0]?.start ?? 0,
    end: sentences.at(-1)?.at(-1)?.end ?? 0,
  }));
  const transcript = paragraphs
    .map(({ sentences }) => sentences.map((sentence) => sentence.text).join(" "))
    .join("\n\n");
  return { transcript, paragraphs };
}

function splitSentences(words: readonly WireWord[]): WireWord[][] {
  const sentences: WireWord[][] = [];
  let isOpen = false;
  for (const word of words) {
    if (!isOpen) sentences.push([]);
    sentences.at(-1)?.push(word);
    isOpen = !SENTENCE_END.test(word.punctuated_word ?? "");
  }
  return sentences;
}

function groupSentences(sentences: readonly WireWord[][]): WireWord[][][] {
  const groups: WireWord[][][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const sentence of sentences) {
    const pause = (sentence[0]?.start ?? 0) - end;
    if (pause >= PARAGRAPH_PAUSE_SECONDS || groups.at(-1)?.length === MAX_SENTENCES) groups.push([]);
    groups.at(-1)?.push(sentence);
    end = sentence.at(-1)?.end ?? end;
  }
  return groups;
}
