import { describe, expect, it } from "vitest";
import { aligned } from "../../../web/plot.ts";

describe("the rows of a plot", () => {
  it("hold every point of every series, in the order of x", () => {
    const rows = aligned([
      [
        [3, 30],
        [1, 10],
      ],
      [[2, 200]],
    ]);
    expect(rows).toEqual([
      [1, 2, 3],
      [10, undefined, 30],
      [undefined, 200, undefined],
    ]);
  });

  it("never share an x, and are not moved by more than can be seen", () => {
    const twice = [
      [0, 1],
      [1_000, 2],
      [1_000, 3],
    ] as const;
    const [xs = [], first = [], second = []] = aligned([twice, twice]);
    expect(new Set(xs).size).toBe(6);
    for (const [index, x] of xs.entries())
      expect(Math.abs(x - Math.round(x / 1_000) * 1_000)).toBeLessThan(0.1 * index + 0.1);
    expect([...first].filter((y) => y !== undefined)).toEqual([1, 2, 3]);
    expect([...second].filter((y) => y !== undefined)).toEqual([1, 2, 3]);
  });

  it("keep the breaks of a line, and may be none", () => {
    expect(
      aligned([
        [
          [0, 1],
          [1, null],
          [2, 3],
        ],
      ])[1],
    ).toEqual([1, null, 3]);
    expect(aligned([[], []])).toEqual([[], [], []]);
  });

  it("keep a line broken until its next point, whatever others have there", () => {
    const [, first] = aligned([
      [
        [0, 1],
        [1, null],
        [4, 3],
      ],
      [
        [2, 5],
        [3, 5],
        [5, 5],
      ],
    ]);
    expect(first).toEqual([1, null, null, null, 3, undefined]);
  });
});
