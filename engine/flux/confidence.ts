/**
 * A pause after which a speaker is as likely to have finished as not: after the end of a sentence, and in the middle of
 * one. The recogniser ends its sentences too readily for a full stop to count as more than a hint.
 */
const HALF_AFTER_SENTENCE_SAMPLES = 350 * 16;
const HALF_SAMPLES = 700 * 16;

/** Nobody is ever certain; keeps below the threshold that stands for "never". */
const HIGHEST = 0.99;

/** How surely the speaker has finished, 0–1, after a pause of this length. Grows with the pause and never falls in one. */
export function endOfTurnConfidence(pauseSamples: number, endsSentence: boolean): number {
  const half = endsSentence ? HALF_AFTER_SENTENCE_SAMPLES : HALF_SAMPLES;
  return Math.min(HIGHEST, 1 - 2 ** (-Math.max(0, pauseSamples) / half));
}

export function endsSentence(text: string): boolean {
  return /[.?!…]["'”’)]*$/u.test(text);
}
