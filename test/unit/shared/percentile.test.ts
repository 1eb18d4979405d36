import { expect, it } from "vitest";
import { median, percentile, spreadOf } from "../../../shared/percentile.ts";

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

it("a median is in the middle, between two values where there are two; the p50 of a spread is one of them", () => {
  expect([median([]), median([3]), median([9, 1, 2]), median([4, 1, 2, 3])]).toEqual([null, 3, 2, 2.5]);
  expect(spreadOf([4, 1, 2, 3])?.p50).toBe(2);
});
