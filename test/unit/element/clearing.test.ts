import { beforeEach, describe, expect, it } from "vitest";
import { type Clearing, createClearing } from "../../../client/element/clearing.ts";
import type { Status } from "../../../client/index.ts";

const live: Status = { state: "live", since: 0 };
const ended: Status = { state: "ended", since: 100_000 };

let nowMs: number;
let timers: { readonly atMs: number; run(): void }[];
let isReadingBack: boolean;
let cleared: number;
let clearing: Clearing;

beforeEach(() => {
  nowMs = 100_000;
  timers = [];
  isReadingBack = false;
  cleared = 0;
  clearing = createClearing({
    isReadingBack: () => isReadingBack,
    clear: () => (cleared += 1),
    now: () => nowMs,
    setTimer(run, delayMs) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
  });
  clearing.setAfter(60_000);
});

function pass(ms: number): void {
  nowMs += ms;
  const due = timers.filter(({ atMs }) => atMs <= nowMs);
  timers = timers.filter(({ atMs }) => atMs > nowMs);
  for (const { run } of due) run();
}

describe("the last words of a programme", () => {
  it("stay for a while, and leave once", () => {
    clearing.watch(live, true);
    clearing.watch(ended, false);
    pass(59_999);
    // Heartbeats say the same again.
    clearing.watch(ended, false);
    expect(cleared).toBe(0);
    pass(1);
    clearing.watch(ended, false);
    pass(600_000);
    expect(cleared).toBe(1);
  });

  it("stay the whole time for who was there, by whatever clock", () => {
    nowMs += 3_600_000;
    clearing.watch(live, true);
    clearing.watch(ended, false);
    expect(cleared).toBe(0);
    pass(60_000);
    expect(cleared).toBe(1);
  });

  it("are not shown at all to who comes long after them, and for the rest of the time to who comes soon", () => {
    pass(40_000);
    clearing.watch(ended, true);
    pass(19_999);
    expect(cleared).toBe(0);
    pass(1);
    expect(cleared).toBe(1);
    clearing.watch({ ...ended, since: 1 }, true);
    expect(cleared).toBe(2);
  });

  it("stay when it goes on", () => {
    clearing.watch(ended, false);
    pass(30_000);
    clearing.watch(live, false);
    pass(600_000);
    expect(cleared).toBe(0);
    expect(timers).toEqual([]);
  });

  it("wait for who reads back, without asking again and again", () => {
    isReadingBack = true;
    clearing.watch(ended, false);
    pass(60_000);
    expect([cleared, timers]).toEqual([0, []]);
    isReadingBack = false;
    clearing.caughtUp();
    pass(59_999);
    expect(cleared).toBe(0);
    pass(1);
    expect(cleared).toBe(1);
  });

  it("never leave where the page says so", () => {
    clearing.setAfter(Number.POSITIVE_INFINITY);
    clearing.watch(ended, false);
    expect(timers).toEqual([]);
    clearing.setAfter(1_000);
    pass(1_000);
    expect(cleared).toBe(1);
  });
});
