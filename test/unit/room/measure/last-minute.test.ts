import { describe, expect, it } from "vitest";
import { LastMinute } from "../../../../party/room/measure/last-minute.ts";

function lastMinute() {
  let now = 12_345_678;
  const minute = new LastMinute(() => now);
  return {
    minute,
    pass(ms: number) {
      now += ms;
    },
  };
}

describe("the last minute of a session", () => {
  it("has the words and the lag of a minute, and forgets what is older", () => {
    const { minute, pass } = lastMinute();
    minute.heard(3, 900);
    pass(40_000);
    minute.heard(2, 100);
    pass(20_000 - 1);
    expect(minute.wordsPerMinute()).toBe(5);
    expect(minute.lag()).toMatchObject({ count: 2, max: 900 });
    pass(1);
    expect(minute.lag()).toMatchObject({ count: 1, max: 100 });
    pass(60_000);
    expect([minute.wordsPerMinute(), minute.lag()]).toEqual([0, null]);
  });

  it("tells a pace by the time there is of a young session, and of an older one by what it counts", () => {
    const { minute, pass } = lastMinute();
    minute.heard(10, null);
    pass(2_000);
    expect(minute.wordsPerMinute()).toBe(60);
    pass(28_000);
    expect(minute.wordsPerMinute()).toBe(20);
    const steady = lastMinute();
    const told = Array.from({ length: 300 }, () => {
      steady.pass(1_000);
      steady.minute.heard(2, null);
      return steady.minute.wordsPerMinute();
    });
    const settled = told.slice(10);
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(120);
    // What comes at its very end is of a step too.
    expect(Math.max(...settled)).toBeLessThanOrEqual(132);
  });
});
