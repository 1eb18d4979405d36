import fc from "fast-check";
import { expect, it } from "vitest";
import { type Bucket, emptyBucket, poured } from "../../../party/room/door/bucket.ts";

const rate = fc.record({
  burst: fc.integer({ min: 1, max: 200 }),
  perSecond: fc.integer({ min: 1, max: 500 }),
});
/** So long after the one before, milliseconds; below zero where somebody has set the clock back. */
const pour = (minMs: number) =>
  fc.record({ afterMs: fc.integer({ min: minMs, max: 3_000 }), amount: fc.integer({ min: 1, max: 60 }) });
const startMs = 1_700_000_000_000;
/** Of floating point, over a few hundred sums. */
const tiny = 1e-3;

type Kept = { readonly at: number; readonly amount: number };

it("never lets more through than the burst and what the time allows, in whatever window", () => {
  fc.assert(
    fc.property(rate, fc.array(pour(0), { maxLength: 80, size: "max" }), (limit, pours) => {
      const kept: Kept[] = [];
      let bucket: Bucket = emptyBucket;
      let now = startMs;
      for (const { afterMs, amount } of pours) {
        now += afterMs;
        const next = poured(bucket, amount, limit, now);
        if (next === null) continue;
        bucket = next;
        kept.push({ at: now, amount });
      }
      for (const [first, { at: from }] of kept.entries()) {
        let sum = 0;
        for (const { at, amount } of kept.slice(first)) {
          sum += amount;
          expect(sum).toBeLessThanOrEqual(limit.burst + ((at - from) * limit.perSecond) / 1_000 + tiny);
        }
      }
    }),
  );
});

it("counts only the time that went by when the clock was set back in between", () => {
  fc.assert(
    fc.property(rate, fc.array(pour(-3_000), { maxLength: 80, size: "max" }), (limit, pours) => {
      let bucket: Bucket = emptyBucket;
      let now = startMs;
      let wentByMs = 0;
      let sum = 0;
      let last: number | null = null;
      for (const { afterMs, amount } of pours) {
        now += afterMs;
        const next = poured(bucket, amount, limit, now);
        if (next === null) continue;
        wentByMs += last === null ? 0 : Math.max(0, now - last);
        last = now;
        bucket = next;
        sum += amount;
        expect(sum).toBeLessThanOrEqual(limit.burst + (wentByMs * limit.perSecond) / 1_000 + tiny);
      }
    }),
  );
});

it("lets everything through that keeps to the rate, after a whole burst too", () => {
  fc.assert(
    fc.property(rate, fc.integer({ min: 1, max: 300 }), (limit, count) => {
      let bucket = poured(emptyBucket, limit.burst, limit, startMs);
      for (let at = 1; at <= count && bucket !== null; at += 1) {
        bucket = poured(bucket, limit.perSecond / 1_000, limit, startMs + at);
        // Sums of fractions are not exact: a hair above the brim is not what is meant here.
        if (bucket !== null) bucket = { ...bucket, level: Math.max(0, bucket.level - 1e-9) };
      }
      expect(bucket).not.toBeNull();
    }),
  );
});

it("is not changed by what it refuses, and takes it once there is place", () => {
  const limit = { burst: 10, perSecond: 10 };
  const full = poured(emptyBucket, 10, limit, startMs);
  expect(full).not.toBeNull();
  if (full === null) return;
  expect(poured(full, 1, limit, startMs)).toBeNull();
  expect(poured(full, 1, limit, startMs + 99)).toBeNull();
  expect(poured(full, 1, limit, startMs + 100)).toEqual({ level: 10, at: startMs + 100 });
  expect(poured(emptyBucket, 11, limit, startMs)).toBeNull();
});
