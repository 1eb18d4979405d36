import { align } from "../../../cli/wer/align.ts";
import { normalise } from "../../../cli/wer/normalise.ts";
import type { Segment } from "../../../shared/captions.ts";

/** What was said, on one line. */
export function textOf(segments: readonly Pick<Segment, "text">[]): string {
  return segments.map(({ text }) => text).join(" ");
}

/**
 * Whether a text tells another's words: all of them where `share` is 1, however they are spaced; else at least that share of
 * them, with no more than the rest in excess.
 */
export function tells(text: string, whole: string, share: number): boolean {
  const [words, wanted] = [normalise(text), normalise(whole)];
  if (share === 1) return words.join("") === wanted.join("");
  const pairs = align(wanted, words);
  const same = pairs.filter(({ kind }) => kind === "same").length;
  const inExcess = pairs.filter(({ kind }) => kind === "insertion").length;
  return same >= share * wanted.length && inExcess <= (1 - share) * wanted.length;
}
