import { expect, it } from "vitest";
import { percentile, spreadOf } from "../../../shared/percentile.ts";

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

it("a percentile is the value that this share of the values do not exceed", () => {
  expect([0, 0.5, 0.95, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([1, 50, 95, 99, 100]);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNull();
});

it("a spread says how values lie", () => {
  expect(spreadOf(hundred)).toEqual({ count: 100, min: 1, mean: 50.5, p50: 50, p95: 95, p99: 99, max: 100 });
  expect(spreadOf([-3])).toEqual({ count: 1, min: -3, mean: -3, p50: -3, p95: -3, p99: -3, max: -3 });
  expect(spreadOf([])).toBeNull();
});
