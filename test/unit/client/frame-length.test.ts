import { describe, expect, it } from "vitest";
import { type FrameLengthMs, frameLengthsMs, nextFrameLength } from "../../../client/frame-length.ts";

/** The lengths that follow from 100 ms when so much waits, time after time. */
function lengths(waitingMs: readonly number[]): FrameLengthMs[] {
  let current: FrameLengthMs = 100;
  return waitingMs.map((waiting) => {
    current = nextFrameLength(current, waiting);
    return current;
  });
}

describe("the length of a frame", () => {
  it("grows as the socket backs up, and returns when it has cleared", () => {
    expect(lengths([0, 100, 200, 300, 400, 1_000, 300, 100, 49])).toEqual([
      100, 100, 200, 200, 250, 250, 250, 250, 100,
    ]);
  });

  it("does not flutter while the waiting goes up and down between the thresholds", () => {
    expect(lengths([150, 199, 60, 199])).toEqual([100, 100, 100, 100]);
    expect(lengths([200, 60, 200, 60, 399])).toEqual([200, 200, 200, 200, 200]);
    expect(lengths([400, 60, 390, 60])).toEqual([250, 250, 250, 250]);
  });

  it.each(frameLengthsMs)("is never shorter for more waiting, from %i ms", (current) => {
    const all = Array.from({ length: 600 }, (_, waitingMs) => nextFrameLength(current, waitingMs));
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(all[0]).toBe(100);
    expect(all.at(-1)).toBe(250);
  });
});
