import type { Hypothesis } from "../recognise/words.ts";

/** The words and tokens of `hypothesis` that begin before `position`, a sample of the audio it was recognised from. */
export function headBefore(hypothesis: Hypothesis, position: number): Hypothesis {
  const words = hypothesis.words.filter((word) => (word.start + word.end) / 2 < position);
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

/** `head`, and behind it `tail`, which was recognised from audio that begins `offset` samples later. */
export function joinBehind(head: Hypothesis, tail: Hypothesis, offset: number): Hypothesis {
  const words = [
    ...head.words,
    ...tail.words.map((word) => ({ ...word, start: word.start + offset, end: word.end + offset })),
  ];
  return {
    text: textOf(words),
    words,
    tokens: [...head.tokens, ...tail.tokens],
    tokenStarts: [...head.tokenStarts, ...tail.tokenStarts.map((start) => start + offset)],
  };
}

function tokensBefore({ tokenStarts }: Hypothesis, position: number): number {
  const first = tokenStarts.findIndex((start) => start >= position);
  return first < 0 ? tokenStarts.length : first;
}

function textOf(words: readonly { text: string }[]): string {
  return words.map((word) => word.text).join(" ");
}
