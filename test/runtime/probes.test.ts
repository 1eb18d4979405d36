import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type Publisher, publish } from "../../client/index.ts";
import { RoomStatsSchema } from "../../shared/stats.ts";
import { eventually } from "../../testing/wait.ts";
import { Member, seconds, start, tokenFor } from "../support/runtime-client.ts";
import { get, isType, viewToken } from "../support/runtime-room.ts";
import { openSocket, subscriberOf } from "../support/runtime-subscriber.ts";

let rooms = 0;
const newRoom = () => `probes-${++rooms}`;
const publishToken = (room: string) => tokenFor(["captions:publish"], room);
const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;

async function statsOf(room: string) {
  return v.parse(
    RoomStatsSchema,
    await (await get(`/v1/rooms/${room}/stats`, await publishToken(room))).json(),
  );
}

/** The real client, with a clock of its own, speaks until it is closed. */
function speaker(room: string, now: () => number): { readonly publisher: Publisher; close(): void } {
  const publisher = publish({
    url: "http://captionwire.test",
    room,
    token: () => publishToken(room),
    format,
    ports: { now, openSocket },
  });
  const timer = setInterval(() => publisher.write(new Uint8Array(3_200)), 100);
  const close = () => {
    clearInterval(timer);
    publisher.close();
  };
  return { publisher, close };
}

describe("clocks that are not the room's", () => {
  it.each([7_000, -7_000])(
    "are known, and what is measured by them is right: %d ms off",
    async (offMs) => {
      const room = newRoom();
      const theirNow = () => Date.now() + offMs;
      const { subscription } = await subscriberOf(room, () => viewToken(room), theirNow);
      const { close } = speaker(room, theirNow);
      const stats = await eventually(
        "transit both ways",
        () => statsOf(room),
        ({ latency }) => latency.publisherTransit !== null && latency.viewerTransit !== null,
      );
      close();
      subscription.close();
      const { offsetMs, uncertaintyMs } = stats.publisherClock ?? { offsetMs: Number.NaN, uncertaintyMs: 0 };
      expect(Math.abs(offsetMs - offMs)).toBeLessThanOrEqual(uncertaintyMs + 1);
      // Far from the seconds by which the clocks differ.
      expect(stats.latency.publisherTransit?.max).toBeLessThan(2_000);
      expect(stats.latency.viewerTransit?.max).toBeLessThan(2_000);
    },
    30_000,
  );

  it("are not asked of members that have not said that they answer", async () => {
    const room = newRoom();
    const plain = await Member.join(room, await viewToken(room));
    const asked = await Member.join(room, await viewToken(room), "?probe=1");
    const publisher = await Member.join(room, await publishToken(room), "?role=publisher");
    publisher.send(start);
    publisher.send({ type: "mark", position: 0, sentAt: Date.now() });
    publisher.send(seconds(2));
    await publisher.until("ack", isType("ack"));
    await asked.until("a question", isType("probe"));
    await plain.until("captions", isType("delta"));
    expect([...plain.frames, ...publisher.frames].filter(isType("probe"))).toEqual([]);
    expect((await statsOf(room)).publisher).toMatchObject({ marks: 1, marksOfUnknownClock: 1 });
  });

  it("may be asked of a viewer after its object slept, also when it has shown a new token", async () => {
    const room = newRoom();
    const viewer = await Member.join(room, await viewToken(room), "?probe=1");
    viewer.send({ type: "auth", token: await viewToken(room) });
    await viewer.until("renewed", isType("renewed"));
    await evictDurableObject(env.CAPTIONS.getByName(`tests/${room}`));
    expect(viewer.frames.filter(isType("probe"))).toEqual([]);
    const publisher = await Member.join(room, await publishToken(room), "?role=publisher&probe=1");
    publisher.send(start);
    const { at } = await viewer.until("a question", isType("probe"));
    // Answers to what nobody has asked change nothing, and are no offence.
    for (const member of [viewer, publisher]) {
      member.send({ type: "probed", at: 12_345, now: Date.now() });
      member.send({ type: "probed", at: Number(at), now: Number.MAX_SAFE_INTEGER });
    }
    publisher.send(seconds(1));
    await viewer.until("captions", isType("delta"));
    expect([viewer.closed, publisher.closed]).toEqual([null, null]);
    expect((await statsOf(room)).latency.viewerTransit).toBeNull();
  });

  it("are answered with what fits the message, or not at all", async () => {
    const room = newRoom();
    for (const bad of [
      { type: "probed", at: 1 },
      { type: "probed", at: "1", now: 1 },
    ]) {
      const viewer = await Member.join(room, await viewToken(room), "?probe=1");
      viewer.send(bad);
      expect(await viewer.end()).toMatchObject({ code: 4500, reason: "bad_message" });
    }
  });
});
