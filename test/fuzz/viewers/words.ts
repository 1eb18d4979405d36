import type { Random } from "../../support/tape/random.ts";

const vocabulary: readonly [string, ...string[]] = [
  "captions",
  "follow",
  "the",
  "speaker,",
  "exactly.",
  "Fünf",
  "été",
  "слова",
  "字幕",
  "مرحبا",
  "👩‍💻",
  '"quoted"',
  "back\\slash",
];

export function anyWord(random: Random): string {
  return random.pick(vocabulary);
}

export function anyText(random: Random, words: number): string {
  return Array.from({ length: words }, () => anyWord(random)).join(" ");
}
