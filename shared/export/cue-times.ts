import type { Cue } from "./cue.ts";
import { width } from "./width.ts";

export type CueTimeRules = {
  readonly min: number;
  readonly max: number;
  readonly apart: number;
};

/** Columns a second that are read with ease: 180 words a minute, or six full-width characters a second. */
const readingSpeed = 17;
/** A shorter pause between two cues is no rest for the eye but a flicker. */
const flickerMs = 500;
/** Less than this nobody sees. */
const leastMs = 240;

/**
 * Cues in order with times that a player can show: each begins with its words and stays as long as it takes to read,
 * while there is room. Where speech overlaps, the later cue waits until the one before has had its time.
 */
export function settled(cues: readonly Cue[], rules: CueTimeRules): Cue[] {
  let free = 0;
  return cues.map((cue, i) => {
    const start = Math.max(cue.start, free);
    const next = cues[i + 1];
    const room = next === undefined ? Number.POSITIVE_INFINITY : next.start - rules.apart;
    const readingMs = readingMsOf(cue, rules);
    const wanted = Math.max(cue.end, start + readingMs);
    const lasting = room - wanted < flickerMs ? room : wanted;
    const owed = Math.max(leastMs, Math.min(readingMs, cue.end - cue.start) - rules.apart);
    const end = Math.min(start + rules.max, Math.max(lasting, start + owed));
    free = end + rules.apart;
    return { ...cue, start, end };
  });
}

function readingMsOf({ lines }: Cue, { min, max }: CueTimeRules): number {
  const length = lines.reduce((sum, { text }) => sum + width(text), 0);
  return Math.min(max, Math.max(min, Math.ceil((length * 1000) / readingSpeed)));
}
