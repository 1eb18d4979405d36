import type { Segment } from "../../../shared/captions.ts";
import { segmentInWords } from "../../../shared/words.ts";

/** One caption as one line of text. */
export type Line = {
  readonly id: string;
  readonly kind: "speech" | "gap";
  /** Captioners' mark for another speaker is part of it: a braille display shows text and no style. */
  readonly text: string;
  /** When it was written down, epoch milliseconds. */
  readonly at: number;
};

/** @param before the caption before the first one, where it is known */
export function linesOf(segments: readonly Segment[], before: Segment | null): Line[] {
  /** The last one whose speaker is known. */
  let spoken = before?.speaker === undefined ? null : before;
  return segments.map((segment) => {
    const { id, kind, at, session, speaker } = segment;
    const isOther =
      speaker !== undefined && spoken !== null && spoken.session === session && spoken.speaker !== speaker;
    if (speaker !== undefined) spoken = segment;
    const text = segmentInWords(segment);
    return { id, kind, at, text: isOther ? `>> ${text}` : text };
  });
}
