import fc from "fast-check";
import { expect, it } from "vitest";
import { nextAttempt } from "../../../party/room/upstream/backoff.ts";

const uniform = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

it("waits between nothing and a twentieth of what has been lost, half a second at least and half a minute at most", () => {
  fc.assert(
    fc.property(fc.nat(1_200_000), fc.nat(7), uniform, (lostMs, failures, random) => {
      const now = 2_000_000;
      const { at, isProbe } = nextAttempt({ since: now - lostMs, failures, setbacks: 0 }, now, random);
      expect(isProbe).toBe(false);
      expect(at).toBeGreaterThanOrEqual(now);
      expect(at - now).toBeLessThan(Math.min(30_000, Math.max(500, lostMs / 20)));
    }),
  );
});

it("spreads evenly over all of that: rooms do not come back in lockstep", () => {
  const waits = [0, 0.25, 0.5, 0.75].map(
    (random) => nextAttempt({ since: 0, failures: 3, setbacks: 0 }, 40_000, random).at,
  );
  expect(waits).toEqual([40_000, 40_500, 41_000, 41_500]);
});

it("gives a provider that will not have us exponentially more time, whatever else failed before", () => {
  const ceilings = [1, 2, 3, 4, 5, 6, 7].map(
    (setbacks) => nextAttempt({ since: 0, failures: 40, setbacks }, 1_000, 0.999_999).at - 1_000 + 1,
  );
  expect(ceilings).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it("gives way to probes, ten seconds apart, after a minute of nothing but failures", () => {
  const probes = (lostMs: number, failures: number) =>
    nextAttempt({ since: 0, failures, setbacks: 0 }, lostMs, 0).isProbe;
  expect(probes(59_999, 50)).toBe(false);
  expect(probes(60_000, 7)).toBe(false);
  expect(probes(60_000, 8)).toBe(true);
  fc.assert(
    fc.property(uniform, (random) => {
      const { at } = nextAttempt({ since: 0, failures: 8, setbacks: 0 }, 60_000, random);
      expect(at - 60_000).toBeGreaterThanOrEqual(5_000);
      expect(at - 60_000).toBeLessThanOrEqual(15_000);
    }),
  );
});
