import type { Hypothesis } from "../recognise/words.ts";

const WINDOW_SAMPLES = 640;
const STEP_SAMPLES = 160;
/** How far from a word boundary, as the recogniser hears it, the true gap may lie. */
const BOUNDARY_SLACK_SAMPLES = 1600;
/** The last words of an interim are still changing: their boundaries are not trusted. */
const UNSETTLED_WORDS = 1;

/**
 * The best place to cut speech that will not pause, between two positions: the quietest moment near a boundary between two
 * recognised words, or the quietest of all when no boundary is known there.
 * `copyAudio` gives 16 kHz audio between positions.
 */
export function chooseCut(
  range: { from: number; to: number },
  heard: { from: number; hypothesis: Hypothesis } | null,
  copyAudio: (from: number, to: number) => Float32Array,
): number {
  const audio = copyAudio(range.from, range.to);
  const boundaries = (heard?.hypothesis.words ?? [])
    .slice(1, -UNSETTLED_WORDS)
    .map((word) => (heard?.from ?? 0) + word.start)
    .filter((start) => start > range.from && start < range.to);
  const near = (position: number) =>
    boundaries.length === 0 ||
    boundaries.some((boundary) => Math.abs(boundary - position) <= BOUNDARY_SLACK_SAMPLES);

  let quietest = Number.POSITIVE_INFINITY;
  let cut = range.to;
  for (let at = 0; at + WINDOW_SAMPLES <= audio.length; at += STEP_SAMPLES) {
    const centre = range.from + at + WINDOW_SAMPLES / 2;
    if (!near(centre)) continue;
    let energy = 0;
    for (let index = at; index < at + WINDOW_SAMPLES; index++) energy += (audio[index] ?? 0) ** 2;
    if (energy < quietest) {
      quietest = energy;
      cut = centre;
    }
  }
  return cut;
}
