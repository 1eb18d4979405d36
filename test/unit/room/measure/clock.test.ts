import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Clocking,
  clockAt,
  exchanged,
  transitFrom,
  transitTo,
  unknownClock,
} from "../../../../party/room/measure/clock.ts";

const begin = 1_700_000_000_000;

/** An exchange that was `up` and `down` on its way; the other clock is ahead by `offset`. */
function exchange(at: number, offset: number, down: number, up: number) {
  return { askedAt: at, theirs: at + down + offset, heardAt: at + down + up };
}

function clocked(...exchanges: ReturnType<typeof exchange>[]): Clocking {
  return exchanges.reduce((held, next) => exchanged(held, next).clocking, unknownClock);
}

describe("another machine's clock", () => {
  it("is not known before the first exchange", () => {
    expect(clockAt(unknownClock, begin)).toBeNull();
  });

  it("is known by one exchange, to half of its round trip", () => {
    const held = clocked(exchange(begin, 7_000, 30, 30));
    expect(clockAt(held, begin + 60)).toEqual({ offsetMs: 7_000, uncertaintyMs: 31 });
  });

  it("is told by the quickest of the latest exchanges, until that one is old", () => {
    const slow = (at: number) => exchange(begin + at, -4_000, 200, 40);
    const held = clocked(exchange(begin, -4_000, 10, 10), slow(10_000), slow(20_000));
    expect(clockAt(held, begin + 20_240)?.offsetMs).toBe(-4_000);
    expect(clockAt(held, begin + 125_000)?.offsetMs).toBe(-3_920);
    expect(clockAt(held, begin + 300_000)).toBeNull();
  });

  it("is known less well as time goes by", () => {
    const held = clocked(exchange(begin, 0, 10, 10));
    const early = clockAt(held, begin + 20)?.uncertaintyMs ?? Number.NaN;
    expect(clockAt(held, begin + 100_020)?.uncertaintyMs).toBeCloseTo(early + 10);
  });

  it("is another one when an exchange contradicts those before", () => {
    const held = clocked(exchange(begin, 7_000, 10, 10), exchange(begin + 10_000, 7_000, 12, 9));
    const { clocking, agrees } = exchanged(held, exchange(begin + 20_000, 2_000, 40, 40));
    expect(agrees).toBe(false);
    expect(clockAt(clocking, begin + 20_080)?.offsetMs).toBe(2_000);
  });

  it("is another one when the room's own was set back", () => {
    const held = clocked(exchange(begin, 7_000, 10, 10));
    expect(exchanged(held, exchange(begin - 5_000, 12_000, 10, 10)).agrees).toBe(false);
    expect(clockAt(held, begin - 5_000)).toBeNull();
    const inBetween = exchanged(held, { askedAt: begin + 1_000, heardAt: begin - 4_000, theirs: begin });
    expect(inBetween).toEqual({ clocking: [], agrees: false });
  });

  it("that is known to seconds alone is not known", () => {
    expect(clockAt(clocked(exchange(begin, 0, 3_000, 10)), begin + 3_010)).toBeNull();
  });

  it("measures ways in both directions; below nothing, by as much as may be wrong, is nothing", () => {
    const clock = { offsetMs: 7_000, uncertaintyMs: 10 };
    expect(transitFrom(clock, begin + 7_000, begin + 80)).toBe(80);
    expect(transitTo(clock, begin, begin + 7_025)).toBe(25);
    expect(transitFrom(clock, begin + 7_010, begin)).toBe(0);
    expect(transitFrom(clock, begin + 7_011, begin)).toBeNull();
    expect(transitFrom(clock, begin - 60_000, begin)).toBeNull();
  });

  it("is not known at a time that is no number", () => {
    const held = clocked({ askedAt: begin, heardAt: begin + 20, theirs: begin + 10 });
    expect(clockAt(held, begin + 20)).not.toBeNull();
    expect(clockAt(held, Number.NaN)).toBeNull();
  });

  it("holds nothing that is no number, whatever it is told", () => {
    const anyTime = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.integer({ min: begin - 10_000, max: begin + 10_000 }),
    );
    const anyExchange = fc.record({ askedAt: anyTime, heardAt: anyTime, theirs: anyTime });
    fc.assert(
      fc.property(fc.array(anyExchange, { maxLength: 20 }), anyTime, anyTime, (exchanges, now, theirs) => {
        const held = clocked(...exchanges);
        expect(held.length).toBeLessThanOrEqual(8);
        const clock = clockAt(held, now);
        if (clock === null) return;
        expect(Number.isFinite(clock.offsetMs)).toBe(true);
        expect(clock.uncertaintyMs).toBeGreaterThanOrEqual(0);
        expect(clock.uncertaintyMs).toBeLessThanOrEqual(1_000);
        for (const ms of [transitFrom(clock, theirs, now), transitTo(clock, now, theirs)]) {
          if (ms !== null) expect(ms >= 0 && Number.isFinite(ms)).toBe(true);
        }
      }),
    );
  });

  it("is known within what is stated, on any network, while neither clock is set", () => {
    const delay = fc.integer({ min: 0, max: 900 });
    const exchanges = fc.array(
      fc.record({ waitMs: fc.integer({ min: 0, max: 20_000 }), down: delay, up: delay }),
      {
        minLength: 1,
        maxLength: 30,
      },
    );
    const anyOffset = fc.integer({ min: -1e7, max: 1e7 });
    const anyDrift = fc.double({ min: -40e-6, max: 40e-6, noNaN: true });
    fc.assert(
      fc.property(exchanges, anyOffset, anyDrift, (steps, offset, drift) => {
        let held = unknownClock;
        let at = begin;
        const theirs = (time: number) => Math.floor(time + offset + (time - begin) * drift);
        for (const { waitMs, down, up } of steps) {
          at += waitMs;
          const next = { askedAt: at, theirs: theirs(at + down), heardAt: at + down + up };
          at = next.heardAt;
          const { clocking, agrees } = exchanged(held, next);
          expect(agrees).toBe(true);
          held = clocking;
          const clock = clockAt(held, at);
          if (clock === null) continue;
          expect(Math.abs(clock.offsetMs - (theirs(at) - at))).toBeLessThanOrEqual(clock.uncertaintyMs + 1);
        }
      }),
    );
  });
});
