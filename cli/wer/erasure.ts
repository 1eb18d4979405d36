import { align } from "./align.ts";
import { normalise } from "./normalise.ts";
import type { Shown } from "./viewing.ts";

export type Erasure = {
  /** Of what was shown, all words from the first one on that differs in the next frame. */
  readonly afterFirstChange: number;
  /** Of what was shown, the words that are changed or missing at their aligned place in the next frame. */
  readonly inPlace: number;
};

/** Words shown and not kept, from frame to frame. `npm run wer -- --help` defines the two figures; keep them together. */
export function measureErasure(shown: readonly Shown[]): Erasure {
  let afterFirstChange = 0;
  let inPlace = 0;
  let before: string[] = [];
  for (const { finals, interim } of shown) {
    const now = [...finals.flatMap(({ text }) => normalise(text)), ...normalise(interim?.text ?? "")];
    const kept = commonPrefix(before, now);
    afterFirstChange += before.length - kept;
    // What both begin with needs no alignment, and in a long recording that is nearly all of it.
    const pairs = align(before.slice(kept), now.slice(kept));
    inPlace += pairs.filter(({ kind }) => kind === "substitution" || kind === "deletion").length;
    before = now;
  }
  return { afterFirstChange, inPlace };
}

function commonPrefix(one: readonly string[], other: readonly string[]): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}
