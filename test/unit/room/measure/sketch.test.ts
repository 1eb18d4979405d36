import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { Sketch, StoredSketchSchema } from "../../../../party/room/measure/sketch.ts";
import { percentile } from "../../../../shared/percentile.ts";
import { SpreadSchema } from "../../../../shared/stats.ts";
import { Random } from "../../../support/tape/random.ts";

function sketchOf(values: readonly number[]): Sketch {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch;
}

function truth(values: readonly number[], share: number): number {
  return percentile(values, share) ?? Number.NaN;
}

describe("Sketch", () => {
  it("says of nothing that nothing was measured", () => {
    const sketch = new Sketch();
    expect([sketch.spread(), sketch.lag(), sketch.p50(), sketch.stored()]).toEqual([null, null, null, null]);
  });

  it.each([
    ["a narrow spread", (random: Random) => 300 + 20 * random.next()],
    ["a long tail", (random: Random) => 80 / (1.001 - random.next())],
    ["from tenths of a millisecond to minutes", (random: Random) => 10 ** (6 * random.next() - 1)],
  ])("tells percentiles to a hundredth: %s", (_name, draw) => {
    const random = new Random(9);
    const values = Array.from({ length: 3_000 }, () => draw(random));
    const spread = v.parse(SpreadSchema, sketchOf(values).spread());
    for (const [quantile, told] of [
      [0.5, spread.p50],
      [0.95, spread.p95],
      [0.99, spread.p99],
    ] as const) {
      const exact = truth(values, quantile);
      expect(Math.abs(told - exact)).toBeLessThanOrEqual(exact * 0.0101);
    }
    expect([spread.count, spread.min, spread.max]).toEqual([3_000, Math.min(...values), Math.max(...values)]);
    expect(spread.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / 3_000, 6);
  });

  it("counts ranks of few values as of many: of two the 95th percentile is the larger", () => {
    for (let count = 1; count <= 120; count += 1) {
      const values = Array.from({ length: count }, (_, index) => (index === 0 ? 0 : 1.1 ** index));
      const spread = sketchOf(values).spread();
      for (const [share, told] of [
        [0.5, spread?.p50],
        [0.95, spread?.p95],
        [0.99, spread?.p99],
      ] as const) {
        const exact = truth(values, share);
        expect(Math.abs((told ?? Number.NaN) - exact), `p${share} of ${count}`).toBeLessThanOrEqual(
          exact * 0.0101,
        );
      }
    }
  });

  it("takes what a clock that jumped makes of a duration for none", () => {
    expect(sketchOf([-500, Number.NaN, Number.POSITIVE_INFINITY, 10]).spread()).toMatchObject({
      count: 2,
      min: 0,
      max: 10,
    });
  });

  it("goes on as it was when it is restored, and adds others to itself", () => {
    const random = new Random(4);
    const values = Array.from({ length: 500 }, () => (random.chance(0.1) ? 0 : 2_000 * random.next()));
    const early = sketchOf(values.slice(0, 200));
    const json = v.parse(v.nullable(StoredSketchSchema), JSON.parse(JSON.stringify(early.stored())));
    const restored = Sketch.restore(json);
    for (const value of values.slice(200)) restored.add(value);
    early.merge(sketchOf(values.slice(200)));
    const all = sketchOf(values).spread();
    expect(restored.spread()).toEqual({ ...all, mean: expect.closeTo(all?.mean ?? 0, 9) });
    expect(early.spread()).toEqual({ ...all, mean: expect.closeTo(all?.mean ?? 0, 9) });
  });

  it("takes no more room however many values there are", () => {
    const random = new Random(1);
    const sketch = sketchOf(Array.from({ length: 50_000 }, () => 10 ** (9 * random.next() - 1)));
    expect(sketch.stored()?.bins.length).toBeLessThanOrEqual(1_024);
  });
});
