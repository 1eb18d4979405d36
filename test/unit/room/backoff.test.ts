import fc from "fast-check";
import { expect, it } from "vitest";
import { nextAttempt } from "../../../party/room/upstream/backoff.ts";

const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it("waits between nothing and half of what has been lost, a second at least and half a minute at most", () => {
  fc.assert(
    fc.property(fc.nat(600_000), fc.nat(7), uniform, (lostMs, failures, random) => {
      const now = 1_000_000;
      const { at, isProbe } = nextAttempt({ since: now - lostMs, failures }, now, random);
      expect(isProbe).toBe(false);
      expect(at).toBeGreaterThanOrEqual(now);
      expect(at - now).toBeLessThan(Math.min(30_000, Math.max(1_000, lostMs / 2)));
    }),
  );
});

it("spreads evenly over all of that: rooms do not come back in lockstep", () => {
  const waits = [0, 0.25, 0.5, 0.75].map(
    (random) => nextAttempt({ since: 0, failures: 3 }, 20_000, random).at,
  );
  expect(waits).toEqual([20_000, 22_500, 25_000, 27_500]);
});

it("gives way to probes, half a minute apart, after a minute of nothing but failures", () => {
  const probes = (lostMs: number, failures: number) => nextAttempt({ since: 0, failures }, lostMs, 0).isProbe;
  expect(probes(59_999, 50)).toBe(false);
  expect(probes(60_000, 7)).toBe(false);
  expect(probes(60_000, 8)).toBe(true);
  fc.assert(
    fc.property(uniform, (random) => {
      const { at } = nextAttempt({ since: 0, failures: 8 }, 60_000, random);
      expect(at - 60_000).toBeGreaterThanOrEqual(15_000);
      expect(at - 60_000).toBeLessThanOrEqual(45_000);
    }),
  );
});
