import { createDisplay, type DisplayMode } from "../../client/display/display.ts";
import { noCaptions } from "../../client/transcript.ts";
import type { Shown, Viewing } from "./viewing.ts";

/** What a page draws of what came to its viewer, and when: its own code, on a clock that stands at the time of each frame. */
export function displayedFrames({ segments, shown }: Viewing, mode: DisplayMode): Shown[] {
  const frames: Shown[] = [];
  const session = segments[0] === undefined ? null : { id: segments[0].session, startedAt: 0 };
  let nowMs = 0;
  let timer: { readonly dueMs: number; run(): void } | null = null;
  const display = createDisplay({
    mode,
    now: () => nowMs,
    onChange: ({ segments: finals, interim }) => frames.push({ atMs: nowMs, finals, interim }),
    setTimer(run, delayMs) {
      const own = { dueMs: nowMs + delayMs, run };
      timer = own;
      return () => {
        if (timer === own) timer = null;
      };
    },
  });
  /** Timers that are due before a moment run at their own. */
  const passUntil = (endMs: number): void => {
    for (let next = timer; next !== null && next.dueMs < endMs; next = timer) {
      timer = null;
      nowMs = next.dueMs;
      next.run();
    }
    nowMs = endMs;
  };

  for (const { atMs, finals, interim } of shown) {
    passUntil(atMs);
    display.show({ ...noCaptions, segments: finals, interim, session });
  }
  passUntil(Number.POSITIVE_INFINITY);
  return frames;
}
