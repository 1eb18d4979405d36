import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { limits, timing } from "../../shared/limits.ts";
import { finals, Member, seconds, start, tokenFor } from "../support/runtime-client.ts";

const hourMs = 3_600_000;

describe("what a room keeps", () => {
  const objectOf = (room: string) => env.CAPTIONS.getByName(`tests/${room}`);
  const alarmOf = (room: string) =>
    runInDurableObject(objectOf(room), (_object: DurableObject, { storage }) => storage.getAlarm());

  async function speakInto(room: string): Promise<void> {
    const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
    publisher.send(start);
    publisher.send(seconds(2));
    publisher.send({ type: "finish" });
    await publisher.until("finished", ({ type }) => type === "finished");
  }

  /** As if it had been written down so long ago. */
  async function makeOlder(room: string, ms: number): Promise<void> {
    const at = Date.now() - ms;
    await runInDurableObject(objectOf(room), (_object: DurableObject, { storage }) => {
      storage.sql.exec("UPDATE segments SET body = json_set(body, '$.at', ?)", at);
    });
    await evictDurableObject(objectOf(room));
  }

  it("is deleted by alarm once it is older than the default, before the eyes of who watches", async () => {
    const room = "expires";
    await speakInto(room);
    // It was set before there was anything to keep; then it is looked at again, and set for the first to expire.
    expect(await alarmOf(room)).toBeGreaterThan(Date.now() + timing.vacantRoomMs - hourMs);
    await runDurableObjectAlarm(objectOf(room));
    expect(await alarmOf(room)).toBeGreaterThan(Date.now() + (limits.retentionDefaultHours - 1) * hourMs);
    await makeOlder(room, (limits.retentionDefaultHours + 1) * hourMs);
    const viewer = await Member.join(room, await tokenFor(["captions:view"], room));
    await viewer.until("the transcript", ({ type }) => type === "snapshot");
    expect(finals(viewer)).toEqual(["w0.", "w1."]);

    expect(await runDurableObjectAlarm(objectOf(room))).toBe(true);
    const gone = await viewer.until(
      "the removal",
      ({ removed }) => Array.isArray(removed) && removed.length > 0,
    );
    expect(gone.removed).toHaveLength(2);
    const late = await Member.join(room, await tokenFor(["captions:view"], room));
    expect(await late.until("an empty room", ({ type }) => type === "snapshot")).toMatchObject({
      segments: [],
    });
    // Nothing is left that could expire: the object is woken once more, to see whether anybody is still there.
    expect(await alarmOf(room)).toBeGreaterThan(Date.now() + timing.vacantRoomMs - hourMs);
  });

  it("stays until then, and the alarm moves to when the next is due", async () => {
    const room = "stays";
    await speakInto(room);
    await makeOlder(room, hourMs);
    await runDurableObjectAlarm(objectOf(room));
    const viewer = await Member.join(room, await tokenFor(["captions:view"], room));
    await viewer.until("the transcript", ({ type }) => type === "snapshot");
    expect(finals(viewer)).toEqual(["w0.", "w1."]);
    const dueInMs = ((await alarmOf(room)) ?? 0) - Date.now();
    expect(dueInMs).toBeGreaterThan((limits.retentionDefaultHours - 2) * hourMs);
    expect(dueInMs).toBeLessThan((limits.retentionDefaultHours - 0.9) * hourMs);
  });

  it("knows of a publisher's pings, which the runtime answers", async () => {
    const room = "pings";
    const publisher = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
    publisher.send("ping");
    await publisher.text("pong");
    const answeredAt = await runInDurableObject(objectOf(room), (_object: DurableObject, ctx) =>
      ctx.getWebSockets().map((socket) => ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime()),
    );
    expect(answeredAt).toEqual([expect.any(Number)]);
  });
});
