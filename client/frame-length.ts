/** Milliseconds of audio in one frame. The first is the normal one; each step costs the link fewer frames. */
export const frameLengthsMs = [100, 200, 250] as const;
export type FrameLengthMs = (typeof frameLengthsMs)[number];

/** Two frames of 100 ms that have not left: no hiccup of a busy page any more, the link is behind. */
const stretchAtMs = 200;
/** Two frames of 200 ms that have not left: stretching once was not enough. Longer than 250 ms no provider wants them. */
const fillAtMs = 400;
/** Less than half a frame waits: the socket is as good as empty. Far below the other two, so that lengths do not flutter. */
const clearMs = 50;

/**
 * How long the next frame of audio should be: fewer and fuller ones while the socket backs up, short ones again once it
 * has cleared. Between the thresholds a length stays what it is.
 *
 * @param waitingMs audio handed to the socket that has not left yet
 */
export function nextFrameLength(currentMs: FrameLengthMs, waitingMs: number): FrameLengthMs {
  if (waitingMs < clearMs) return 100;
  if (waitingMs >= fillAtMs) return 250;
  return waitingMs >= stretchAtMs && currentMs === 100 ? 200 : currentMs;
}
