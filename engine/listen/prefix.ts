import { type Hypothesis, sameWord, type Word } from "../recognise/words.ts";

/** The words and tokens of `hypothesis` that begin before `position`, a sample of the audio it was recognised from. */
export function headBefore(hypothesis: Hypothesis, position: number): Hypothesis {
  const words = hypothesis.words.filter((word) => middleOf(word) < position);
  const count = tokensBefore(hypothesis, position);
  return {
    text: textOf(words),
    words,
    tokens: hypothesis.tokens.slice(0, count),
    tokenStarts: hypothesis.tokenStarts.slice(0, count),
  };
}

/** The tokens of `hypothesis` that begin at `position` or later. */
export function tokensAfter(hypothesis: Hypothesis, position: number): readonly number[] {
  return hypothesis.tokens.slice(tokensBefore(hypothesis, position));
}

/** Words behind a seam by which what was heard there is known again. */
const SEAM_WORDS = 2;
/** What a cut left of the word in front of it is heard as no more words than this. */
const MAX_REMAINS = 2;

/** The first words of `hypothesis` behind its `headBefore`. */
export function seamBehind(hypothesis: Hypothesis, position: number): readonly Word[] {
  const first = hypothesis.words.findIndex((word) => middleOf(word) >= position);
  return first < 0 ? [] : hypothesis.words.slice(first, first + SEAM_WORDS);
}

/**
 * `head`, and behind it `tail`, which was recognised from audio that begins `offset` samples later. `seam` is what was
 * heard behind `head` when both were heard as one: the first words of `tail`, heard without what came before, give way to it.
 */
export function joinBehind(
  head: Hypothesis,
  tail: Hypothesis,
  offset: number,
  seam: readonly Word[],
): Hypothesis {
  const heard = tail.words.map((word) => ({ ...word, start: word.start + offset, end: word.end + offset }));
  const words = [...head.words, ...mend(heard, seam)];
  return {
    text: textOf(words),
    words,
    // Not mended: they are a draft for the next decoding, which corrects what does not fit.
    tokens: [...head.tokens, ...tail.tokens],
    tokenStarts: [...head.tokenStarts, ...tail.tokenStarts.map((start) => start + offset)],
  };
}

/**
 * A cut leaves remains of the word before it ("inspect" becomes "inspect Back"), doubles a word, takes the beginning of the
 * next one, and makes a sentence begin. From where `heard` comes to a word of `seam`, and not before, it is trusted.
 */
function mend(heard: readonly Word[], seam: readonly Word[]): readonly Word[] {
  for (const [index, known] of seam.entries()) {
    const at = heard.findIndex((word, place) => place <= index + MAX_REMAINS && sameWord(known, word));
    const again = heard[at];
    if (again === undefined) continue;
    const before = seam.slice(0, index).map((word) => ({
      ...word,
      start: Math.min(word.start, again.start),
      end: Math.min(word.end, again.start),
    }));
    return [...before, { ...again, text: known.text }, ...heard.slice(at + 1)];
  }
  return heard;
}

function middleOf({ start, end }: Word): number {
  return (start + end) / 2;
}

function tokensBefore({ tokenStarts }: Hypothesis, position: number): number {
  const first = tokenStarts.findIndex((start) => start >= position);
  return first < 0 ? tokenStarts.length : first;
}

function textOf(words: readonly { text: string }[]): string {
  return words.map((word) => word.text).join(" ");
}
