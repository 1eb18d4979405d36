/** Audio a client may be ahead by: what has waited on its side while the network was slow. */
const BURST_SECONDS = 2;

/** Holds a stream to a multiple of the speed of speech, as Deepgram reads no faster than 1.25 (reference 15). */
export type Pace = {
  /** Counts audio that has come in; the answer is how long to read no further, in milliseconds. */
  take(seconds: number, nowMs: number): number;
};

export function createPace(speedCap: number): Pace {
  /** When all audio so far would have come at the highest speed. */
  let dueMs = 0;
  return {
    take(seconds, nowMs) {
      dueMs = Math.max(dueMs, nowMs) + (seconds * 1000) / speedCap;
      return Math.max(0, dueMs - nowMs - BURST_SECONDS * 1000);
    },
  };
}
