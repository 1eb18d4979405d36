import { describe, expect, it } from "vitest";
import { fitLine, valueAt } from "../../../shared/fit.ts";
import type { Measurement } from "../../../web/speak/measure.ts";
import { charactersOf, measurePlan } from "../../../web/speak/measure-plan.ts";
import { lineInWords, pictureOf } from "../../../web/speak/picture.ts";

describe("a fitted line", () => {
  it("goes through points that lie on one", () => {
    const line = fitLine([50, 300, 300, 1_800].map((x) => [x, 41 + 0.02 * x] as const));
    expect(line?.intercept).toBeCloseTo(41, 9);
    expect(line?.slope).toBeCloseTo(0.02, 9);
  });

  it("has the least squares of all", () => {
    const points = [
      [0, 1],
      [1, 0],
      [2, 4],
      [5, 3],
    ] as const;
    const fitted = fitLine(points);
    if (fitted === null) throw new Error("There is a line.");
    const squares = (intercept: number, slope: number) =>
      points.reduce((sum, [x, y]) => sum + (y - valueAt({ intercept, slope }, x)) ** 2, 0);
    const best = squares(fitted.intercept, fitted.slope);
    for (const [up, steeper] of [
      [0.01, 0],
      [-0.01, 0],
      [0, 0.01],
      [0, -0.01],
    ] as const) {
      expect(squares(fitted.intercept + up, fitted.slope + steeper)).toBeGreaterThan(best);
    }
  });

  it("needs two lengths", () => {
    expect(fitLine([])).toBeNull();
    expect(fitLine([[300, 756]])).toBeNull();
    expect(
      fitLine([
        [300, 756],
        [300, 800],
      ]),
    ).toBeNull();
  });

  it("is said with both its parts", () => {
    expect(lineInWords({ intercept: 41.4, slope: 0.0204 })).toBe("41 ms + 0.02 ms per character");
    expect(lineInWords({ intercept: 1_041, slope: -0.5 })).toBe("1,041 ms − 0.5 ms per character");
  });
});

describe("the picture", () => {
  const measured = (kind: Measurement["kind"], characters: number, firstByteMs: number): Measurement => ({
    kind,
    characters,
    firstByteMs,
    totalMs: 10 * firstByteMs,
  });

  it("draws every single request and the lines through them", () => {
    const { points, words } = pictureOf([
      measured("single", 100, 50),
      measured("single", 200, 60),
      measured("long", 6_000, 57),
    ]);
    expect(points.slice(0, 2)).toEqual([
      [
        [100, 50],
        [200, 60],
      ],
      [
        [100, 500],
        [200, 600],
      ],
    ]);
    const [[start, end] = []] = points.slice(2);
    expect(start).toEqual([0, 40]);
    expect(end).toEqual([200, 60]);
    expect(words).toEqual([
      "First byte: 40 ms + 0.1 ms per character.",
      "Whole answer: 400 ms + 1 ms per character.",
      "6,000 characters, spoken in chunks: first byte after 57 ms; of the shorter texts after 55 ms (medians). Whole answer after 570 ms.",
    ]);
  });

  it("claims nothing of one request", () => {
    expect(pictureOf([measured("single", 100, 50)])).toEqual({
      points: [[[100, 50]], [[100, 500]], [], []],
      words: [],
    });
  });
});

describe("what is measured", () => {
  const plan = measurePlan(10);

  it("are texts of every length, which end like sentences, and none twice", () => {
    const lengths = [50, 200, 400, 700, 1_000, 1_400, 1_800, 6_000];
    for (const length of lengths) {
      const near = plan.filter(
        ({ kind, text }) => kind !== "warm-up" && text.length > length - 25 && text.length <= length,
      );
      expect(near, String(length)).toHaveLength(10);
      expect(new Set(near.map(({ text }) => text)).size).toBe(10);
    }
    for (const { text } of plan) expect(text).toMatch(/^[A-Z].*[a-z]\.$/i);
    expect(plan).toHaveLength(1 + 10 * lengths.length);
  });

  it("keep the long ones apart, and tell what they cost", () => {
    for (const { kind, text } of plan) expect(kind === "long").toBe(text.length > 2_000);
    expect(charactersOf(plan)).toBe(plan.map(({ text }) => text).join("").length);
  });
});
