import { describe, expect, it } from "vitest";
import type { Room } from "../../../party/room/room.ts";
import { timing } from "../../../shared/limits.ts";
import { audioMs, ScriptedMember, ScriptedWorld, start } from "../../support/scripted-room.ts";
import { settle } from "../../support/virtual-time.ts";

async function liveRoom() {
  const world = new ScriptedWorld();
  const room = await world.openRoom();
  const viewer = join(room, "v1");
  const publisher = new ScriptedMember("p1");
  room.publisherJoined(publisher);
  room.received(publisher, JSON.stringify(start));
  await settle();
  await world.upstream.open();
  return { world, room, viewer, publisher };
}

function join(
  room: Room,
  id: string,
  position: { epoch: string; version: number } | null = null,
): ScriptedMember {
  const viewer = new ScriptedMember(id);
  room.viewerJoined(viewer, position, 0);
  return viewer;
}

/** What a viewer holds after applying its frames as the protocol says. */
function textOf(viewer: ScriptedMember): string {
  const segments = new Map<string, { start: number; text: string }>();
  for (const frame of viewer.frames) {
    const put = (frame.type === "snapshot" ? frame.segments : frame.type === "delta" ? frame.put : []) as {
      id: string;
      start: number;
      text: string;
    }[];
    for (const segment of put) segments.set(segment.id, segment);
  }
  return [...segments.values()].map(({ text }) => text).join(" ");
}

describe("a room", () => {
  it("gives a viewer of an empty room a position in its first frame", async () => {
    const world = new ScriptedWorld();
    const viewer = join(await world.openRoom(), "v1");
    expect(viewer.frames).toEqual([
      expect.objectContaining({
        type: "snapshot",
        reason: "new",
        version: 0,
        segments: [],
        interim: null,
        session: null,
        status: expect.objectContaining({ state: "idle" }),
        welcome: expect.objectContaining({ heartbeatMs: timing.heartbeatMs }),
      }),
    ]);
  });

  it("answers start with ready, passes audio on, and shows interims, then finals", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    expect(publisher.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 0 })]);
    room.received(publisher, audioMs(1000));
    expect(world.upstream.bytes).toBe(32_000);
    await world.upstream.results("hello", 0, 0.5, false);
    expect(viewer.of("delta").at(-1)).toMatchObject({
      from: 0,
      to: 0,
      put: [],
      interim: { text: "hello", end: 500 },
    });
    await world.upstream.results("Hello world.", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({
      from: 0,
      to: 1,
      interim: null,
      put: [{ text: "Hello world.", start: 0, end: 1000, version: 1, kind: "speech" }],
    });
    expect(publisher.of("ack")).toEqual([{ type: "ack", position: 16_000 }]);
  });

  it("sends the first interim at once, later ones at most every tick, and only the newest", async () => {
    const { world, viewer } = await liveRoom();
    await world.time.advance(timing.tickMs);
    for (const text of ["a", "a b", "a b c"]) await world.upstream.results(text, 0, 1, false);
    const seen = () => viewer.of("delta").map((frame) => (frame.interim as { text: string } | null)?.text);
    expect(seen()).toEqual(["a"]);
    await world.time.advance(timing.tickMs);
    expect(seen()).toEqual(["a", "a b c"]);
  });

  it("opens one upstream socket however many connect, and refuses a second publisher", async () => {
    const { world, room, publisher } = await liveRoom();
    for (let i = 0; i < 20; i += 1) join(room, `more${i}`);
    const second = new ScriptedMember("p2");
    room.publisherJoined(second);
    room.received(second, JSON.stringify(start));
    expect(second.of("error")).toEqual([
      expect.objectContaining({ code: "publisher_present", retry: false }),
    ]);
    expect(second.closed).toEqual({ code: 4509, reason: "publisher_present" });
    expect(publisher.closed).toBeNull();
    expect(world.dialled).toHaveLength(1);
  });

  it("waits for the last words after finish, then says finished and closes", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    expect(world.upstream.controls).toEqual(['{"type":"CloseStream"}']);
    expect(publisher.of("finished")).toEqual([]);
    await world.upstream.results("The last words.", 0, 0.5, true);
    await world.upstream.close(1000);
    expect(publisher.of("finished")).toEqual([{ type: "finished", version: 1 }]);
    expect(publisher.closed?.code).toBe(1000);
    await world.time.advance(timing.tickMs);
    expect(textOf(viewer)).toBe("The last words.");
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "ended" }, version: 1 });
    expect(world.time.pending).toBe(0);
  });

  it("writes a gap when the last words never come", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.time.advance(timing.finishTimeoutMs);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ put: [{ kind: "gap", start: 0, end: 500 }] });
    expect(publisher.of("finished")).toHaveLength(1);
  });

  it("replays what no final has covered on a new socket, with its times in place", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(400));
    await world.upstream.results("One.", 0, 0.25, true);
    await world.upstream.close(1006);
    expect(world.dialled).toHaveLength(2);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "recovering" } });
    room.received(publisher, audioMs(100));
    await world.upstream.open();
    expect(world.upstream.bytes).toBe((400 + 100 - 250) * 32);
    await world.upstream.results("Two.", 0, 0.25, true);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ put: [{ text: "Two.", start: 250, end: 500 }] });
    expect(textOf(viewer)).toBe("One. Two.");
  });

  it("ends the session with a clear error when the provider refuses for good", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const publisher = new ScriptedMember("p1");
    room.publisherJoined(publisher);
    room.received(publisher, JSON.stringify(start));
    await settle();
    await world.upstream.refuse(401);
    expect(publisher.of("error")).toEqual([
      expect.objectContaining({ code: "provider_refused", retry: false }),
    ]);
    expect(publisher.closed?.code).toBe(4500);
    await world.time.advance(120_000);
    expect(world.dialled).toHaveLength(1);
  });

  it("ends only the member that misbehaves", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const cases: [frame: string | Uint8Array, code: string, close: number][] = [
      ["{", "bad_message", 4500],
      [JSON.stringify({ type: "start", encoding: "mp3" }), "bad_message", 4500],
      [JSON.stringify({ type: "unheard-of" }), "bad_message", 4500],
      [JSON.stringify({ ...start, extra: 1 }), "bad_message", 4500],
      [audioMs(100), "not_started", 4500],
      ["x".repeat(20_000), "too_large", 4513],
    ];
    for (const [at, [frame, code, close]] of cases.entries()) {
      const stranger = new ScriptedMember(`s${at}`);
      room.publisherJoined(stranger);
      room.received(stranger, frame);
      expect(stranger.of("error")).toEqual([expect.objectContaining({ code })]);
      expect(stranger.closed?.code).toBe(close);
    }
    const shouting = join(room, "v2");
    room.received(shouting, audioMs(10));
    expect(shouting.closed?.code).toBe(4503);
    room.received(publisher, audioMs(200));
    await world.upstream.results("Still here.", 0, 0.2, true);
    await world.time.advance(timing.tickMs);
    expect(textOf(viewer)).toBe("Still here.");
    expect(publisher.closed).toBeNull();
  });

  it("refuses an audio frame of 5 MB and lets the publisher come back to its session", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, new Uint8Array(5 * 1024 * 1024));
    expect(publisher.closed?.code).toBe(4513);
    const again = new ScriptedMember("p1b");
    room.publisherJoined(again);
    room.received(again, JSON.stringify({ ...start, session }));
    await settle();
    expect(again.of("ready")).toEqual([expect.objectContaining({ session, resumeFrom: 0 })]);
    expect(world.dialled).toHaveLength(1);
  });

  it("goes on in a new object where durable captions end", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, audioMs(1000));
    await world.upstream.results("Kept.", 0, 0.5, true);
    await world.upstream.results("Not final yet", 0.5, 1, false);
    const { epoch } = world.store.room?.transcript ?? { epoch: "" };

    const successor = await world.openRoom();
    const viewer = join(successor, "v9", { epoch, version: 1 });
    expect(viewer.frames[0]).toMatchObject({ type: "delta", epoch, from: 1, to: 1, put: [] });
    const again = new ScriptedMember("p2");
    successor.publisherJoined(again);
    successor.received(again, JSON.stringify({ ...start, session, position: 4_000 }));
    await settle();
    expect(again.of("ready")).toEqual([expect.objectContaining({ session, resumeFrom: 8_000 })]);
  });

  it("writes a gap for audio the returning publisher no longer has", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, audioMs(100));
    room.left(publisher.id);
    const again = new ScriptedMember("p2");
    room.publisherJoined(again);
    room.received(again, JSON.stringify({ ...start, session, position: 16_000 }));
    await world.time.advance(timing.tickMs);
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 16_000 })]);
    expect(viewer.of("delta").at(-1)).toMatchObject({ put: [{ kind: "gap", start: 0, end: 1000 }] });
    await world.upstream.open();
    await world.upstream.results("Later.", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ put: [{ text: "Later.", start: 1000, end: 2000 }] });
  });

  it("ends a session whose publisher stays away, and lets a late return go on in another one", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.left(publisher.id);
    await world.time.advance(timing.publisherGraceMs);
    await world.upstream.close(1000);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "ended" } });
    const late = new ScriptedMember("p2");
    room.publisherJoined(late);
    room.received(late, JSON.stringify({ ...start, session, position: 16_000 }));
    await settle();
    const [ready] = late.of("ready");
    expect(ready).toMatchObject({ resumeFrom: 16_000 });
    expect(ready?.session).not.toBe(session);
    await world.upstream.open();
    await world.upstream.results("Back again.", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({
      put: [{ text: "Back again.", start: 1000, session: ready?.session }],
    });
  });

  it("refuses a session it has never heard of", async () => {
    const { room } = await liveRoom();
    const stranger = new ScriptedMember("p2");
    room.publisherJoined(stranger);
    room.received(stranger, JSON.stringify({ ...start, session: "nobody-knows" }));
    expect(stranger.closed?.code).toBe(4510);
  });

  it("tells a publisher that lost the answer to finish that it had finished", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, JSON.stringify({ type: "finish" }));
    room.left(publisher.id);
    await world.upstream.close(1000);
    const again = new ScriptedMember("p2");
    room.publisherJoined(again);
    room.received(again, JSON.stringify({ ...start, session }));
    expect(again.of("finished")).toEqual([{ type: "finished", version: 0 }]);
    expect(again.closed?.code).toBe(1000);
  });

  it("acknowledges and shows a final only once it is stored", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const gate = Promise.withResolvers<void>();
    world.store.gate = gate.promise;
    room.received(publisher, audioMs(500));
    await world.upstream.results("Slow disk.", 0, 0.5, true);
    await world.time.advance(5_000);
    expect(publisher.of("ack")).toEqual([]);
    expect(textOf(viewer)).toBe("");
    gate.resolve();
    await world.time.advance(timing.tickMs);
    expect(publisher.of("ack")).toHaveLength(1);
    expect(textOf(viewer)).toBe("Slow disk.");
  });

  it("gives itself up when storage fails, acknowledging nothing", async () => {
    const { world, room, publisher } = await liveRoom();
    world.store.failing = true;
    room.received(publisher, audioMs(500));
    await world.upstream.results("Lost here.", 0, 0.5, true);
    await settle();
    expect(world.deaths).toBe(1);
    expect(publisher.of("ack")).toEqual([]);
    expect(publisher.closed?.code).toBe(4412);
  });

  it("keeps two sessions apart, in the order in which they were held", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    await world.upstream.results("First programme.", 0, 0.5, true);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    const next = new ScriptedMember("p2");
    room.publisherJoined(next);
    room.received(next, JSON.stringify(start));
    await settle();
    await world.upstream.open();
    await world.upstream.results("Second programme.", 0, 0.5, true);
    await world.time.advance(timing.tickMs);
    expect(textOf(join(room, "late"))).toBe("First programme. Second programme.");
  });

  it("tells the head regularly while a session runs, and sets no timer when none does", async () => {
    const { world, viewer } = await liveRoom();
    const before = viewer.of("status").length;
    await world.time.advance(3 * timing.heartbeatMs);
    expect(viewer.of("status").length - before).toBeGreaterThanOrEqual(3);
    const quiet = new ScriptedWorld();
    join(await quiet.openRoom(), "v1");
    expect(quiet.time.pending).toBe(0);
  });
});
