import { align } from "./align.ts";
import { normalise } from "./normalise.ts";

/** What could be read, from one moment to the next. */
type Text = {
  readonly finals: readonly { readonly text: string }[];
  readonly interim: { readonly text: string } | null;
};

export type Erasure = {
  /** Of what was shown, all words from the first one on that differs in the next frame. */
  readonly afterFirstChange: number;
  /** Of what was shown, the words that are changed or missing at their aligned place in the next frame. */
  readonly inPlace: number;
  /** The first figure where a capital or a mark makes another word. */
  readonly toTheLetter: number;
};

/** Words shown and not kept, from frame to frame. `npm run wer -- --help` defines the figures; keep them together. */
export function measureErasure(shown: readonly Text[]): Erasure {
  let afterFirstChange = 0;
  let inPlace = 0;
  let toTheLetter = 0;
  let before: string[] = [];
  let written: string[] = [];
  for (const text of shown) {
    const now = wordsOf(text, normalise);
    const kept = commonPrefix(before, now);
    afterFirstChange += before.length - kept;
    // What both begin with needs no alignment, and in a long recording that is nearly all of it.
    const pairs = align(before.slice(kept), now.slice(kept));
    inPlace += pairs.filter(({ kind }) => kind === "substitution" || kind === "deletion").length;
    before = now;

    const writtenNow = wordsOf(text, (part) => part.split(/\s+/).filter((word) => word !== ""));
    toTheLetter += written.length - commonPrefix(written, writtenNow);
    written = writtenNow;
  }
  return { afterFirstChange, inPlace, toTheLetter };
}

function wordsOf({ finals, interim }: Text, split: (part: string) => string[]): string[] {
  return [...finals.flatMap(({ text }) => split(text)), ...split(interim?.text ?? "")];
}

function commonPrefix(one: readonly string[], other: readonly string[]): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
