import fc from "fast-check";
import { expect, it } from "vitest";
import { SocketClock } from "../../../party/room/upstream/clock.ts";

it("maps a socket's clock to the session's from where the socket began", () => {
  const clock = new SocketClock(5_000);
  clock.feed(300);
  expect([0, 1, 299, 300].map((fed) => clock.position(fed))).toEqual([5_000, 5_001, 5_299, 5_300]);
});

it("stands still while silence is put in", () => {
  const clock = new SocketClock(100);
  clock.pad(50);
  clock.feed(10);
  clock.pad(20);
  clock.pad(20);
  clock.feed(10);
  expect([0, 25, 50, 55, 60, 75, 100, 101, 110].map((fed) => clock.position(fed))).toEqual([
    100, 100, 100, 105, 110, 110, 110, 111, 120,
  ]);
});

it("gives every sample its own place, in order, wherever silence is put in between", () => {
  const part = fc.record({ isSilence: fc.boolean(), samples: fc.integer({ min: 1, max: 500 }) });
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(part, { maxLength: 30 }), (base, parts) => {
      const clock = new SocketClock(base);
      let fed = 0;
      let next = base;
      const places: [fed: number, position: number][] = [];
      for (const { isSilence, samples } of parts) {
        if (isSilence) clock.pad(samples);
        else clock.feed(samples);
        for (const within of [0, samples - 1]) places.push([fed + within, isSilence ? next : next + within]);
        fed += samples;
        if (!isSilence) next += samples;
      }
      for (const [at, position] of places) expect(clock.position(at)).toBe(position);
      expect(clock.position(fed)).toBe(next);
    }),
  );
});
