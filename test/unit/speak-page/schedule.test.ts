import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSchedule } from "../../../web/speak/schedule.ts";

const options = { lead: 2_400, leadAfterPause: 7_200, margin: 480 };

describe("the player's queue", () => {
  it("begins a lead after the first piece and joins the next to it", () => {
    const schedule = createSchedule(options);
    expect(schedule.end).toBeNull();
    expect(schedule.place(100, 1_000)).toBe(2_500);
    expect(schedule.place(300, 50)).toBe(3_500);
    expect(schedule.place(3_000, 9)).toBe(3_550);
    expect(schedule.end).toBe(3_559);
    expect(schedule.pauses).toEqual({ count: 0, samples: 0 });
  });

  it("counts what came too late, and waits longer after it", () => {
    const schedule = createSchedule(options);
    schedule.place(0, 1_000);
    expect(schedule.place(10_000, 500)).toBe(17_200);
    expect(schedule.pauses).toEqual({ count: 1, samples: 17_200 - 3_400 });
    // Too near to be placed.
    expect(schedule.place(17_700 - 479, 1)).toBe(17_221 + 7_200);
    expect(schedule.pauses).toEqual({ count: 2, samples: 13_800 + 17_221 + 7_200 - 17_700 });
    // Just in time.
    expect(schedule.place(24_422 - 480, 1)).toBe(24_422);
    expect(schedule.pauses.count).toBe(2);
  });

  it("never overlaps, leaves no gap it does not count, and places nothing in the past", () => {
    const pieces = fc.array(
      fc.tuple(fc.double({ min: 0, max: 20_000, noNaN: true }), fc.integer({ min: 1, max: 9_000 })),
    );
    fc.assert(
      fc.property(pieces, (arrivals) => {
        const schedule = createSchedule(options);
        let now = 0;
        let end: number | null = null;
        let silence = 0;
        for (const [later, length] of arrivals) {
          now += later;
          const at = schedule.place(now, length);
          expect(Number.isInteger(at)).toBe(true);
          expect(at).toBeGreaterThan(now);
          if (end !== null) {
            expect(at).toBeGreaterThanOrEqual(end);
            silence += at - end;
          }
          end = at + length;
        }
        expect(schedule.pauses.samples).toBe(silence);
      }),
    );
  });
});
