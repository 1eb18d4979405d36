import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { QualityReportSchema } from "../../shared/quality-report.ts";
import { type RoomStats, RoomStatsSchema } from "../../shared/stats.ts";
import { Member, request, seconds, start, tokenFor } from "../support/runtime-client.ts";
import { get, isType, speaking, spoken } from "../support/runtime-room.ts";

const objectOf = (room: string) => env.CAPTIONS.getByName(`tests/${room}`);

async function statsOf(room: string): Promise<RoomStats> {
  const answer = await get(`/v1/rooms/${room}/stats`, await tokenFor(["rooms:admin"]));
  return v.parse(RoomStatsSchema, await answer.json());
}

async function reportOf(room: string, session: string) {
  const answer = await get(`/v1/rooms/${room}/reports/${session}`, await tokenFor(["rooms:admin"]));
  return v.parse(QualityReportSchema, await answer.json());
}

describe("figures of a room in a Durable Object", () => {
  it("are found again when the object was evicted", async () => {
    const room = "measures-evicted";
    await spoken(room, 3);
    const before = await statsOf(room);
    const id = before.session?.id ?? "";
    const report = await reportOf(room, id);
    expect(before.text.words).toBe(3);
    expect(before.audio.received).toBe(3_000);
    expect(before.latency.upstreamConnect?.count).toBe(1);
    await evictDurableObject(objectOf(room));
    const { session, latency, text, audio, upstream } = await statsOf(room);
    expect({ session, latency, text, audio, upstream }).toEqual({
      session: before.session,
      latency: before.latency,
      text: before.text,
      audio: before.audio,
      upstream: before.upstream,
    });
    expect(await reportOf(room, id)).toEqual(report);
  });

  it("go on when the object died in the middle of a session", async () => {
    const room = "measures-died";
    const publisher = await speaking(room, 2);
    const { session } = await statsOf(room);
    await abortAllDurableObjects();
    expect((await statsOf(room)).session).toEqual(session);
    expect(publisher.frames.length).toBeGreaterThan(0);
    const again = await Member.join(room, await tokenFor(["captions:publish"], room), "?role=publisher");
    again.send({ ...start, session: session?.id, position: 32_000 });
    await again.until("ready", isType("ready"));
    again.send(seconds(1));
    await again.until("ack", ({ type, position }) => type === "ack" && position === 48_000);
    const { publisher: counted, text, audio } = await statsOf(room);
    expect(counted).toMatchObject({ lost: 1, returned: 1 });
    expect(text.words).toBeGreaterThanOrEqual(1);
    expect(audio.received).toBeGreaterThanOrEqual(1_000);
    again.send({ type: "finish" });
    await again.until("finished", isType("finished"));
    expect((await reportOf(room, session?.id ?? "")).session.endedBy).toBe("finish");
  });

  it("are gone with a purge, to the last row", async () => {
    const room = "measures-purged";
    const viewer = await Member.join(room, await tokenFor(["captions:view"], room));
    await spoken(room, 2);
    const rows = () =>
      runInDurableObject(objectOf(room), (_object: DurableObject, { storage }) =>
        ["measures", "measured_minutes"].map(
          (table) => storage.sql.exec(`SELECT count(*) AS count FROM ${table}`).one().count,
        ),
      );
    expect(await rows()).toEqual([1, 1]);
    const token = await tokenFor(["rooms:admin"]);
    const answer = await request(`/v1/rooms/${room}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.ok).toBe(true);
    expect(await rows()).toEqual([0, 0]);
    viewer.close();
  });
});
