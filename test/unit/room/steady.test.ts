import { describe, expect, it } from "vitest";
import { SteadyClock } from "../../../party/room/steady.ts";
import { linesOf, liveRoom, loudMs } from "../../support/live-room.ts";
import { audioMs } from "../../support/scripted-room.ts";

const hourMs = 3_600_000;

describe("the clock for deadlines", () => {
  function clockAt(start = 1_000_000) {
    const wall = { now: start };
    return { wall, clock: new SteadyClock(() => wall.now) };
  }

  it("counts what the wall clock counts", () => {
    const { wall, clock } = clockAt();
    wall.now += 250;
    expect(clock.now()).toBe(250);
    wall.now += 250;
    expect(clock.now()).toBe(500);
  });

  it("never runs backwards, and goes on from where it was", () => {
    const { wall, clock } = clockAt();
    wall.now += 250;
    clock.now();
    wall.now -= hourMs;
    expect(clock.now()).toBe(250);
    wall.now += 50;
    expect(clock.now()).toBe(300);
  });

  it("never passes a deadline whose timer has not fired", () => {
    const { wall, clock } = clockAt();
    clock.await(1_000);
    wall.now += hourMs;
    expect(clock.now()).toBeLessThanOrEqual(1_000);
    clock.reached(1_000);
    expect(clock.now()).toBe(1_000);
  });

  it("reaches a deadline when its timer fires, whatever the wall says", () => {
    const { wall, clock } = clockAt();
    clock.await(1_000);
    wall.now -= hourMs;
    clock.reached(1_000);
    expect(clock.now()).toBe(1_000);
  });
});

describe("a room whose wall clock jumps", () => {
  const steps = [
    "speak",
    "caption",
    "pause",
    "lose",
    "wait for the dial",
    "open",
    "finish",
    "interim",
    "wait for the last words",
    "last words",
  ] as const;

  /** A broadcast with a jump of the clock before one of its steps: what the provider and the viewer got. */
  async function broadcast(jumpBefore: number, jumpMs: number) {
    const { world, room, viewer, publisher } = await liveRoom();
    for (const [at, step] of steps.entries()) {
      if (at === jumpBefore) world.time.setBack(-jumpMs);
      switch (step) {
        case "speak":
          room.received(publisher, loudMs(800));
          room.received(publisher, audioMs(200));
          break;
        case "caption":
          await world.time.advance(500);
          await world.upstream.results("One.", 0, 0.5, true);
          break;
        case "pause":
          await world.time.advance(7_000);
          break;
        case "lose":
          await world.upstream.results("two", 0.5, 1, false);
          await world.upstream.close(1006);
          break;
        case "wait for the dial":
          // Frames come while the new socket opens, which takes nearly as long as it may.
          for (let frame = 0; frame < 30; frame += 1) {
            await world.time.advance(100);
            room.received(publisher, loudMs(20));
          }
          break;
        case "open":
          await world.upstream.open();
          await world.time.advance(1_000);
          break;
        case "finish":
          room.received(publisher, JSON.stringify({ type: "finish" }));
          break;
        case "interim":
          await world.upstream.results("two", 0, 0.5, false);
          break;
        case "wait for the last words":
          await world.time.advance(5_000);
          break;
        case "last words":
          await world.upstream.results("Two.", 0, 1.1, true);
          await world.upstream.close(1000);
          await world.time.advance(1_000);
          break;
        default:
          step satisfies never;
      }
    }
    return {
      sockets: world.dialled.map(({ abandoned, bytes, controls }) => ({ abandoned, bytes, controls })),
      batches: world.batches.length,
      lines: linesOf(viewer),
      finished: publisher.of("finished"),
    };
  }

  for (const [name, jumpMs] of [
    ["ahead", hourMs],
    ["back", -hourMs],
  ] as const) {
    for (const [at, step] of steps.entries()) {
      it(`goes on as if nothing were when it jumps ${name} before "${step}"`, async () => {
        expect(await broadcast(at, jumpMs)).toEqual(await broadcast(-1, 0));
      });
    }
  }
});
