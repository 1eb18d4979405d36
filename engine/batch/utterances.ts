import { randomUUID } from "node:crypto";
import { meanConfidence, type WireWord } from "../listen/messages.ts";

/** The words in groups, a new one after each pause of at least `pauseSeconds`. */
export function splitAtPauses(words: readonly WireWord[], pauseSeconds: number): WireWord[][] {
  const groups: WireWord[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const word of words) {
    if (word.start - end >= pauseSeconds) groups.push([]);
    groups.at(-1)?.push(word);
    end = word.end;
  }
  return groups;
}

/** `results.utterances` (reference 9). */
export function utterancesOf(words: readonly WireWord[], pauseSeconds: number) {
  return splitAtPauses(words, pauseSeconds).map((said) => ({
    id: randomUUID(),
    start: said[0]?.start ?? 0,
    end: said.at(-1)?.end ?? 0,
    confidence: meanConfidence(said),
    channel: 0,
    transcript: textOf(said),
    words: said,
    ...(said[0]?.speaker === undefined ? {} : { speaker: said[0].speaker }),
  }));
}

/** Words as they are read, with their marks when they have them. */
export function textOf(words: readonly WireWord[]): string {
  return words.map((word) => word.punctuated_word ?? word.word).join(" ");
}
