import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { QualityReportSchema } from "../../../../shared/quality-report.ts";
import { RoomStatsSchema } from "../../../../shared/stats.ts";
import { ScriptedMember, ScriptedWorld, start } from "../../../support/scripted-room.ts";
import { settle } from "../../../support/virtual-time.ts";

describe("what a room tells of itself", () => {
  it("is well-formed before, in and after a session", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    expect(v.parse(RoomStatsSchema, room.stats())).toMatchObject({
      state: "idle",
      session: null,
      viewers: 0,
    });
    expect(room.reports()).toEqual([]);

    const publisher = new ScriptedMember("p1");
    room.publisherJoined(publisher, { takeover: false });
    room.received(publisher, JSON.stringify(start));
    await settle();
    const id = String(publisher.of("ready")[0]?.session);
    expect(v.parse(RoomStatsSchema, room.stats()).session).toMatchObject({ id, endedAt: null });
    expect(room.reports()).toMatchObject([{ session: id, endedAt: null }]);
    expect(v.parse(QualityReportSchema, room.report(id)).session).toMatchObject({ id, endedBy: null });

    await world.upstream.open();
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await settle();
    await world.upstream.close(1000);
    expect(v.parse(RoomStatsSchema, room.stats()).session?.endedAt).toBe(world.time.now());
    expect(v.parse(QualityReportSchema, room.report(id)).session.endedBy).toBe("finish");
    expect(room.report("another")).toBeNull();
  });
});
