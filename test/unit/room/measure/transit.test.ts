import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PublisherTransit } from "../../../../party/room/measure/publisher-transit.ts";
import { Sketch } from "../../../../party/room/measure/sketch.ts";
import { ViewerTransit } from "../../../../party/room/measure/viewer-transit.ts";
import type { Clock } from "../../../../shared/stats.ts";
import { type Delays, FarClock } from "../../../support/far-clock.ts";
import { Random } from "../../../support/tape/random.ts";

const even = (ms: number): Delays => ({ up: () => ms, down: () => ms });

/** The same spread of delays both ways: a base, and a tail that is long now and then. */
function jittery(baseMs: number, jitterMs: number, seed = 1): Delays {
  const random = new Random(seed).next;
  const delay = () => baseMs - jitterMs * Math.log(1 - random());
  return { up: delay, down: delay };
}

/** A publisher that sends a mark a second, and what becomes of each. */
class Session {
  readonly far: FarClock;
  readonly transit: PublisherTransit;
  /** What the marks' ways took in truth, in their order; and what was said of each. */
  readonly truth: number[] = [];
  readonly told: ({ readonly ms: number; readonly clock: Clock } | null)[] = [];

  constructor(far: FarClock) {
    this.far = far;
    const session = this;
    this.transit = new PublisherTransit(far.ports, {
      publisherClock: null,
      publisherTransit(ms) {
        if (this.publisherClock === null) throw new Error("measured without a clock");
        session.told.push({ ms, clock: this.publisherClock });
      },
      markOfUnknownClock: () => this.told.push(null),
    });
    far.hear((at, theirs) => this.transit.probed(at, theirs));
    this.transit.begin(far.socket);
  }

  async speak(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      const sentAt = this.far.theirNow();
      this.truth.push(this.far.toUs(() => this.transit.mark(sentAt)));
      await this.far.time.advance(1_000);
    }
  }

  async finish(): Promise<void> {
    this.transit.finish();
    await this.far.time.advance(5_000);
    this.transit.stop();
  }

  get known(): { readonly ms: number; readonly truth: number; readonly clock: Clock }[] {
    expect(this.told.length).toBe(this.truth.length);
    return this.told.flatMap((told, at) =>
      told === null ? [] : [{ ...told, truth: this.truth[at] ?? Number.NaN }],
    );
  }

  /** Clocks tick in whole milliseconds. */
  expectSound(): void {
    for (const { ms, truth, clock } of this.known) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(Math.abs(ms - truth)).toBeLessThanOrEqual(clock.uncertaintyMs + 1);
    }
  }
}

/** No clocks were set in turn so that in the end they stand to each other as before: that cannot be seen. */
function isSeen(jumpsMs: readonly number[]): boolean {
  return jumpsMs.every((_, from) => {
    let sum = 0;
    return jumpsMs.slice(from).every((ms) => {
      sum += ms;
      return Math.abs(sum) >= 2_000;
    });
  });
}

/** Within 10 % or 5 ms. */
function expectClose(measured: number | undefined, truth: number | undefined): void {
  const [got, wanted] = [measured ?? Number.NaN, truth ?? Number.NaN];
  expect(Math.abs(got - wanted)).toBeLessThanOrEqual(Math.max(5, wanted * 0.1));
}

function spreadOf(values: readonly number[]) {
  const sketch = new Sketch();
  for (const value of values) sketch.add(value);
  return sketch.spread();
}

describe("the publisher's transit", () => {
  it.each([
    ["a clock 7 s ahead", 7_000, 0],
    ["a clock 7 s behind", -7_000, 0],
    ["a clock an hour ahead that runs fast", 3_600_000, 40e-6],
    ["a clock that runs slow", 200, -40e-6],
  ])("is right with %s", async (_, shift, drift) => {
    const far = new FarClock(jittery(30, 15));
    far.theirShift = shift;
    far.drift = drift;
    const session = new Session(far);
    await session.speak(600);
    await session.finish();
    session.expectSound();
    expect(session.known.length).toBeGreaterThan(595);
    const measured = spreadOf(session.known.map(({ ms }) => ms));
    const truth = spreadOf(session.known.map((mark) => mark.truth));
    expectClose(measured?.p50, truth?.p50);
    expectClose(measured?.p95, truth?.p95);
    expectClose(measured?.p99, truth?.p99);
  });

  it("costs a few questions at first, and then one in ten seconds", async () => {
    const session = new Session(new FarClock(even(20)));
    await session.speak(8);
    expect(session.far.probes).toBe(6);
    await session.speak(100);
    expect(session.far.probes).toBeLessThanOrEqual(16);
  });

  it("is that of an unknown clock for whoever does not answer, or cannot be asked", async () => {
    const far = new FarClock(even(20));
    far.answers = false;
    const session = new Session(far);
    await session.speak(30);
    session.transit.begin(null);
    await session.speak(5);
    await session.finish();
    expect(session.told).toEqual(Array.from({ length: 35 }, () => null));
  });

  it.each([
    ["the publisher's clock is set forward", { their: 90_000, our: 0 }],
    ["the publisher's clock is set back", { their: -90_000, our: 0 }],
    ["the publisher's clock is set back a little", { their: -500, our: 0 }],
    ["the room's clock is set forward", { their: 0, our: 5_000 }],
    ["the room's clock is set back", { their: 0, our: -5_000 }],
  ])("is not known around the moment when %s, and is again soon", async (_, { their, our }) => {
    const far = new FarClock(jittery(40, 10));
    far.theirShift = 7_000;
    const session = new Session(far);
    await session.speak(64);
    far.theirShift += their;
    far.ourShift += our;
    await session.speak(64);
    await session.finish();
    session.expectSound();
    expect(session.told).toContain(null);
    // Those before the last exchange and after the next one.
    expect(session.known.length).toBeGreaterThan(100);
    expect(session.told.slice(-40)).not.toContain(null);
  });

  it("is within what is stated where the two ways are as different as can be", async () => {
    const session = new Session(new FarClock({ up: () => 300, down: () => 5 }));
    await session.speak(60);
    await session.finish();
    session.expectSound();
    expect(session.known.length).toBeGreaterThan(55);
  });

  it("is within what is stated or unknown, whatever happens to clocks and network", async () => {
    const happening = fc.record({
      afterS: fc.integer({ min: 0, max: 25 }),
      // Between two marks, so also in the middle of an exchange.
      offMs: fc.integer({ min: 0, max: 999 }),
      // More than any round trip here: a smaller one cannot be told from a slow network.
      jumpMs: fc.oneof(fc.integer({ min: 2_000, max: 60_000 }), fc.integer({ min: -60_000, max: -2_000 })),
      whose: fc.constantFrom("ours" as const, "theirs" as const),
    });
    const network = fc.record({
      up: fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 })),
      down: fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 })),
      seed: fc.integer(),
      shift: fc.integer({ min: -20_000, max: 20_000 }),
    });
    await fc.assert(
      fc.asyncProperty(network, fc.array(happening, { maxLength: 4 }), async (net, happenings) => {
        fc.pre(isSeen(happenings.map(({ jumpMs, whose }) => (whose === "ours" ? -jumpMs : jumpMs))));
        const random = new Random(net.seed).next;
        const between = ([base, jitter]: [number, number]) => base + jitter * random();
        const far = new FarClock({ up: () => between(net.up), down: () => between(net.down) });
        far.theirShift = net.shift;
        const session = new Session(far);
        for (const { afterS, offMs, jumpMs, whose } of happenings) {
          await session.speak(afterS);
          await far.time.advance(offMs);
          if (whose === "ours") far.ourShift += jumpMs;
          else far.theirShift += jumpMs;
        }
        await session.speak(15);
        await session.finish();
        session.expectSound();
      }),
      { numRuns: 60 },
    );
  });

  it("does not grow with marks that wait", async () => {
    const far = new FarClock(even(20));
    const session = new Session(far);
    await session.speak(10);
    const before = session.told.length;
    for (let count = 0; count < 10_000; count += 1) session.transit.mark(far.theirNow());
    expect(session.told.length).toBeGreaterThan(before + 9_900);
  });
});

describe("the viewers' transit", () => {
  const nobody: ReadonlySet<string> = new Set();

  function panel(far: FarClock) {
    const told: number[] = [];
    const transit = new ViewerTransit(far.ports, (ms) => told.push(ms));
    far.hear((at, theirs) => transit.probed("far", at, theirs));
    return { told, transit };
  }

  it.each([7_000, -7_000])("is right with a clock that is %d ms off", async (shift) => {
    const far = new FarClock(jittery(60, 20));
    far.theirShift = shift;
    const { told, transit } = panel(far);
    transit.join(far.socket);
    transit.begin();
    const frames: number[] = [];
    for (let second = 0; second < 1_000; second += 1) {
      const asked = far.probes;
      transit.sent(far.ourNow(), nobody);
      if (far.probes > asked) frames.push(far.downMs);
      await far.time.advance(1_000);
    }
    expect(told.length).toBeGreaterThan(150);
    const [measured, wanted] = [spreadOf(told), spreadOf(frames)];
    expectClose(measured?.p50, wanted?.p50);
    expectClose(measured?.p95, wanted?.p95);
  });

  it("is of a few viewers at a time, of all in their turn, and of nobody who has left", async () => {
    const far = new FarClock(even(10));
    const random = new Random(3).next;
    const asked = new Map<string, number>();
    const transit = new ViewerTransit({ ...far.ports, random }, () => {});
    for (let id = 0; id < 200; id += 1) {
      const send = () => asked.set(`v${id}`, (asked.get(`v${id}`) ?? 0) + 1);
      transit.join({ ...far.socket, id: `v${id}`, send });
    }
    transit.begin();
    transit.sent(far.ourNow(), nobody);
    expect(asked.size).toBe(6);
    expect([...asked.values()]).toEqual([2, 2, 2, 2, 2, 2]);
    for (let frame = 0; frame < 20; frame += 1) transit.sent(far.ourNow(), nobody);
    expect([...asked.values()]).toEqual([2, 2, 2, 2, 2, 2]);
    const [gone = ""] = asked.keys();
    transit.leave(gone);
    await far.time.advance(5_000);
    expect(asked.get(gone)).toBe(2);
    expect(asked.size).toBe(7);
    await far.time.advance(40 * 5_000 * 8);
    expect(asked.size).toBeGreaterThan(120);
    transit.end();
    const total = [...asked.values()].reduce((sum, count) => sum + count, 0);
    await far.time.advance(60_000);
    transit.sent(far.ourNow(), nobody);
    expect([...asked.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
    expect(far.time.pending).toBe(0);
  });
  it("is 10 s at most, whatever a viewer says", async () => {
    const far = new FarClock(even(20));
    const { told, transit } = panel(far);
    // Its clock is right, and from the first frame on it holds its answers back.
    let heldMs = 0;
    transit.join({
      ...far.socket,
      send: (text) => {
        const { at } = JSON.parse(text);
        far.time.setTimer(() => transit.probed("far", at, far.theirNow()), heldMs);
      },
    });
    transit.begin();
    await far.time.advance(1_000);
    heldMs = 15_000;
    transit.sent(far.ourNow(), nobody);
    await far.time.advance(16_000);
    expect(told).toEqual([10_000]);
  });

  it("is asked of nobody who was not sent the frame", async () => {
    const far = new FarClock(even(20));
    const { told, transit } = panel(far);
    transit.join(far.socket);
    transit.begin();
    await far.time.advance(1_000);
    const asked = far.probes;
    transit.sent(far.ourNow(), new Set(["far"]));
    await far.time.advance(1_000);
    expect([far.probes, told]).toEqual([asked, []]);
    await far.time.advance(5_000);
    transit.sent(far.ourNow(), nobody);
    await far.time.advance(1_000);
    expect(told).toEqual([20]);
  });
});
