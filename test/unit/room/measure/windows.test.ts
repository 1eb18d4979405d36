import { describe, expect, it } from "vitest";
import { Windows } from "../../../../party/room/measure/windows.ts";
import { windowMs, windowsMax } from "../../../../shared/stats.ts";

function windows() {
  const clock = { wall: 1_700_000_002_000, steady: 2_000 };
  const pass = (ms: number) => {
    clock.wall += ms;
    clock.steady += ms;
  };
  return {
    clock,
    pass,
    all: new Windows(
      () => clock.wall,
      () => clock.steady,
    ),
  };
}

describe("the latest minutes in steps", () => {
  it("go on by themselves, those in which nothing came included", () => {
    const { pass, all } = windows();
    all.now.tally.words += 3;
    all.viewers(7);
    pass(3 * windowMs);
    all.now.tally.words += 1;
    all.now.lag.add(300);
    expect(all.list()).toMatchObject([
      { at: 1_700_000_000_000, words: 3, viewers: 7, lag: null },
      { at: 1_700_000_005_000, words: 0, viewers: 7 },
      { at: 1_700_000_010_000, words: 0 },
      { at: 1_700_000_015_000, words: 1, lag: { count: 1, max: 300 } },
    ]);
  });

  it("are told apart by session", () => {
    const { pass, all } = windows();
    all.now.tally.words += 3;
    all.now.lag.add(900);
    pass(windowMs);
    all.now.tally.words += 2;
    all.now.lag.add(800);
    pass(1_000);
    all.begin();
    all.now.tally.words += 1;
    all.now.lag.add(100);
    pass(1_500);
    all.begin();
    all.now.tally.words += 4;
    expect(all.list().map(({ at, words }) => [at - 1_700_000_000_000, words])).toEqual([
      [0, 3],
      [5_000, 2],
      [8_000, 1],
      [9_500, 4],
    ]);
  });

  it("are so many at most, after however long a silence", () => {
    const { pass, all } = windows();
    all.now.tally.words += 1;
    pass(30 * 24 * 3_600_000);
    const list = all.list();
    expect(list).toHaveLength(windowsMax);
    expect(list.every(({ words }) => words === 0)).toBe(true);
    expect(list.map(({ at }) => at)).toEqual(
      Array.from(
        { length: windowsMax },
        (_, back) => (list.at(-1)?.at ?? 0) - (windowsMax - 1 - back) * windowMs,
      ),
    );
  });
});
