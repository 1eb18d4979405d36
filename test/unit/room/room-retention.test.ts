import { describe, expect, it } from "vitest";
import { emptyTranscript } from "../../../party/room/transcript.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { begin, held, join, linesOf, liveRoom, loudMs, missSixSeconds } from "../../support/live-room.ts";
import { ScriptedWorld, start } from "../../support/scripted-room.ts";

const hourMs = 3_600_000;
const weekMs = limits.retentionDefaultHours * hourMs;

/** A room in which one second was said, in a session that is over. */
async function spokenRoom() {
  const stage = await liveRoom();
  const { world, room, publisher } = stage;
  room.received(publisher, loudMs(1_000));
  await world.time.advance(1_300);
  const writtenAt = world.time.now();
  await world.upstream.results("Said.", 0, 1, true);
  room.received(publisher, JSON.stringify({ type: "finish" }));
  await world.upstream.close(1000);
  await world.time.advance(timing.tickMs);
  return { ...stage, writtenAt };
}

describe("captions", () => {
  it("are deleted a week after they were written down, and viewers are told", async () => {
    const { world, room, viewer, writtenAt } = await spokenRoom();
    const at = await room.expire();
    expect(at).toBe(writtenAt + weekMs);
    await world.time.advance(weekMs - 10_000);
    expect(await room.expire()).toBe(at);
    expect(linesOf(viewer)).toEqual(["speech 0–1000 Said."]);
    await world.time.advance((at ?? 0) - world.time.now());
    expect(await room.expire()).toBeNull();
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual([]);
    expect(world.store.room?.transcript.segments).toEqual([]);
    expect(held(join(room, "late"))).toEqual([]);
  });

  it("are kept as long as the room's settings say", async () => {
    const { room, writtenAt } = await spokenRoom();
    await room.configure({ retentionHours: 2 });
    expect(await room.expire()).toBe(writtenAt + 2 * hourMs);
  });

  it("are deleted one by one while the session goes on", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    await room.configure({ retentionHours: 1 });
    room.received(publisher, loudMs(1_000));
    await world.time.advance(1_000);
    room.received(publisher, loudMs(1_000));
    const writtenAt = world.time.now();
    await world.upstream.results("Early.", 0, 1, true);
    await world.time.advance(1);
    await world.upstream.results("Late.", 1, 2, true);
    const at = await room.expire();
    expect(at).toBe(writtenAt + hourMs);
    room.left(publisher.id);
    await world.time.advance((at ?? 0) - world.time.now());
    await room.expire();
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 1000–2000 Late."]);
  });

  it("of a session that goes on behind an earlier one are kept no longer than others", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    // As a publisher that came back too late begins: its clock is ten minutes old.
    const publisher = await begin(room, "p1", { ...start, position: 600 * 16_000 });
    await world.upstream.open();
    room.received(publisher, loudMs(1_000));
    await world.upstream.results("Said.", 0, 1, true);
    expect(await room.expire()).toBe(world.time.now() + weekMs);
  });

  it("that are spoken after a long pause are kept as long as others", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    await room.configure({ retentionHours: 1 });
    // The microphone is off, and the publisher there: its clock counts audio and stands still.
    for (let minutes = 0; minutes < 120; minutes += 0.25) {
      publisher.pingedAt = world.time.now();
      await world.time.advance(15_000);
    }
    expect(publisher.closed).toBeNull();
    room.received(publisher, loudMs(1_000));
    if (!world.upstream.abandoned) await world.upstream.results("Said.", 0, 1, true);
    await room.expire();
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer).map((line) => line.split(" ").at(-1))).toEqual(["Said."]);
  });

  it("are gone for every viewer, however many expire at once", async () => {
    const world = new ScriptedWorld();
    const segments = Array.from({ length: limits.tombstonesMax + 1 }, (_, at) => ({
      id: `s${at}`,
      session: "s",
      kind: "speech" as const,
      start: at,
      end: at + 1,
      text: `text ${at}`,
      at: world.time.now(),
      version: at + 1,
    }));
    const transcript = { ...emptyTranscript("epoch"), version: segments.length, segments };
    world.store.room = { transcript, session: null, settings: {} };
    const room = await world.openRoom();
    const viewer = join(room, "v1");
    expect(held(viewer)).toHaveLength(limits.snapshotMaxSegments);
    await world.time.advance(2 * hourMs);
    await room.configure({ retentionHours: 1 });
    await room.expire();
    await world.time.advance(timing.tickMs);
    expect(room.describe().version).toBe(segments.length + 1);
    expect(held(viewer)).toHaveLength(0);
  });
});

describe("a room without captions", () => {
  it("asks to be called again only while somebody may speak, and for the report of what was said", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    expect(await room.expire()).toBeNull();
    const publisher = await begin(room, "p1");
    expect(await room.expire()).toBe(world.time.now() + weekMs);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.open();
    await world.upstream.close(1000);
    room.left(publisher.id);
    expect(await room.expire()).toBe(world.time.now() + weekMs);
    await world.time.advance(weekMs);
    expect(await room.expire()).toBeNull();
    expect(room.reports()).toEqual([]);
  });

  it("takes no fill for a gap that has expired", async () => {
    const stage = await liveRoom();
    const { world, room } = stage;
    await room.configure({ retentionHours: 1 });
    await missSixSeconds(stage);
    await world.time.advance(50_000);
    world.time.setBack(-2 * hourMs);
    await room.expire();
    await world.batch.recognise("Too late.", 0, 1);
    expect(world.store.room?.transcript.segments).toEqual([]);
    expect(world.store.room?.session?.holes).toEqual([]);
  });
});
