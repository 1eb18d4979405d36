import { type Ending, firstCut, laterCut } from "./cut.ts";
import type { PlanLimits } from "./limits.ts";
import { rulesOf } from "./rules.ts";
import { reachOf, sizeOf, viewFrom } from "./view.ts";

export type { Ending } from "./cut.ts";
export { inCodePoints, inUtf16Units, languageOf, limitsFor, type PlanLimits } from "./limits.ts";
export { sentences } from "./sentences.ts";

/** What one request to the provider is to say. */
export type Chunk = {
  readonly text: string;
  /** In the provider's characters, as the limits count them. */
  readonly size: number;
  /** What it ends at: how long a pause belongs behind it. */
  readonly ending: Ending;
};

/**
 * Divides a text of any length into chunks to be spoken one after the other.
 *
 * Joined, the chunks are the text, unit by unit. None is empty or larger than `limits.max`; none is only white space
 * as long as the text has something else within reach. No surrogate pair is cut, and neither a grapheme cluster nor a
 * pronunciation object unless it alone is larger than a chunk. A text of white space alone is one or more blank chunks:
 * refuse it before.
 *
 * Chunks are found one by one, as they are asked for, and each from a bounded part of the text: the first one is the
 * same for all texts that agree in their first `firstReach(limits)` units.
 *
 * @param language a tag such as `de`; `""` when unknown. A wrong one costs missed sentence ends rather than false ones.
 */
export function* plan(text: string, limits: PlanLimits, language: string): Generator<Chunk, void, void> {
  const rules = rulesOf(language);
  let start = 0;
  while (start < text.length) {
    const view = viewFrom(text, start, limits, rules);
    const { at, ending } = start === 0 ? firstCut(view) : laterCut(view);
    const end = start + at - view.start;
    const chunk = text.slice(start, end);
    yield { text: chunk, size: sizeOf(chunk, limits), ending };
    start = end;
  }
}

/** How many UTF-16 units of a text decide about its first chunk. */
export const firstReach = (limits: PlanLimits): number => reachOf(limits) + 1;
