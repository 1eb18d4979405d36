import { describe, expect, it } from "vitest";
import { spacingMs, tickMs } from "../../../party/room/audience.ts";
import { timing } from "../../../shared/limits.ts";
import { join, liveRoom, loudMs } from "../../support/live-room.ts";

/** CPU of one delivery, and the shares of a core that the room allows itself. */
const sendCostMs = 0.035;

describe("pacing", () => {
  it("takes no more than its share of a core, however large the audience", () => {
    for (const viewers of [1, 100, 1_000, 3_000, 10_000, 100_000]) {
      expect((viewers * sendCostMs) / spacingMs(viewers)).toBeLessThanOrEqual(0.35);
      expect(tickMs(viewers)).toBeGreaterThanOrEqual(spacingMs(viewers));
      expect(tickMs(viewers)).toBeLessThanOrEqual(Math.max(1_000, spacingMs(viewers)));
    }
    expect(tickMs(100)).toBe(timing.tickMs);
    expect(tickMs(10_000)).toBe(spacingMs(10_000));
  });

  it("does not keep a final back for the interims before it, and lets both travel together where it must wait", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    for (let i = 0; i < 999; i += 1) join(room, `more${i}`);
    room.received(publisher, loudMs(2_000));
    await world.time.advance(2_000);
    await world.upstream.results("hello", 0, 0.5, false);
    const shown = () =>
      viewer.of("delta").map(({ put, interim }) => [(put as unknown[]).length, interim !== null]);
    expect(shown()).toEqual([[0, true]]);
    await world.upstream.results("hello there", 0, 1, false);
    await world.upstream.results("Hello there.", 0, 1, true);
    await world.upstream.results("and", 1, 1.5, false);
    expect(shown()).toHaveLength(1);
    await world.time.advance(spacingMs(1_000));
    // A tick would have been longer.
    expect(spacingMs(1_000)).toBeLessThan(tickMs(1_000));
    expect(shown()).toEqual([
      [0, true],
      [1, true],
    ]);
  });
});
