import { describe, expect, it } from "vitest";
import { createReceipts } from "../../../client/receipts.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { delta, segment, snapshot } from "./frames.ts";
import { scene } from "./scripted-socket.ts";
import { openViewer } from "./scripted-viewer.ts";

const everyMs = timing.seenEveryMs;

/** What is told, and how long after the start. */
function receipts(random: number) {
  const { ports, time } = scene(random);
  const startedAt = time.now();
  const told: { version: number; afterMs: number }[] = [];
  const made = createReceipts(ports, ({ version }) =>
    told.push({ version, afterMs: time.now() - startedAt }),
  );
  return {
    ...made,
    reach: (version: number, epoch = "e1", bytes = 300) => made.reached({ epoch, version }, bytes),
    time,
    told,
  };
}

describe("what a viewer has seen", () => {
  it("is told of the last of many frames, at a moment of its own", async () => {
    const moments = [0, 0.25, 0.999].map(async (random) => {
      const { reach, told, time } = receipts(random);
      for (const version of [3, 4, 5, 6]) {
        reach(version);
        await time.advance(100);
      }
      await time.advance(60_000);
      expect(told.map(({ version }) => version)).toEqual([6]);
      return told[0]?.afterMs;
    });
    expect(await Promise.all(moments)).toEqual([everyMs, everyMs * 1.25, everyMs * 1.999]);
  });

  it("is never told more often than the room asks for, and always to the end", async () => {
    const { reach, told, time } = receipts(0);
    for (let version = 1; version <= 400; version += 1) {
      reach(version, "e1", 10);
      await time.advance(170);
    }
    await time.advance(60_000);
    expect(told.at(-1)?.version).toBe(400);
    const gaps = told.slice(1).map(({ afterMs }, index) => afterMs - (told[index]?.afterMs ?? 0));
    expect(gaps.length).toBeGreaterThan(4);
    expect(gaps.every((gap) => gap >= everyMs)).toBe(true);
  });

  it("is told soon when a lot was read, of which interims are no part", async () => {
    const { reach, told, time } = receipts(0.5);
    const much = limits.seenEveryBytes / 2;
    reach(3, "e1", much);
    reach(3, "e1", 2 * much);
    await time.advance(1_000);
    reach(4, "e1", much + 1);
    await time.advance(timing.seenSpreadMs);
    expect(told).toEqual([{ version: 4, afterMs: 1_000 + timing.seenSpreadMs / 2 }]);
    reach(5);
    await time.advance(everyMs);
    expect(told).toHaveLength(1);
    await time.advance(everyMs);
    expect(told.map(({ version }) => version)).toEqual([4, 5]);
  });

  it("is not told again while nothing is new, and leaves no timer", async () => {
    const { reach, told, time } = receipts(0.5);
    reach(3);
    await time.advance(60_000);
    reach(3);
    expect(time.pending).toBe(0);
    reach(3, "e2");
    await time.advance(60_000);
    expect(told.map(({ version }) => version)).toEqual([3, 3]);
  });

  it("is told anew on each link, as messages of the protocol", async () => {
    const { socket, reopen, time } = await openViewer();
    await socket().say(delta(3, 4, [segment("b", 1000)]));
    await time.advance(everyMs * 2);
    await socket().say(delta(4, 4, []));
    // For silence and for sleep, and none for receipts.
    expect(time.pending).toBe(2);
    expect(socket().messages).toEqual([{ type: "seen", version: 4 }]);
    await socket().drop();
    const again = await reopen();
    await again.say(delta(4, 4, []));
    await time.advance(everyMs * 2);
    expect(again.messages).toEqual([{ type: "seen", version: 4 }]);
    await again.say(snapshot(0, [], { epoch: "e2", reason: "epoch" }));
    await time.advance(everyMs * 2);
    expect(again.messages).toHaveLength(1); // the room put this viewer there itself
  });
});
