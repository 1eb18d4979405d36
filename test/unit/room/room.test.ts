import { describe, expect, it } from "vitest";
import { timing } from "../../../shared/limits.ts";
import { begin, join, linesOf, liveRoom, sessionOf, textOf } from "../../support/live-room.ts";
import { audioMs, ScriptedMember, ScriptedWorld, start } from "../../support/scripted-room.ts";
import { settle } from "../../support/virtual-time.ts";

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

  it("tells whoever comes to publish nothing before ready", async () => {
    const { room, publisher } = await liveRoom();
    expect(publisher.frames[0]).toMatchObject({ type: "ready" });
    const session = sessionOf(publisher);
    room.left("p1");
    await settle();
    const again = await begin(room, "p2", { ...start, session, position: 8_000 });
    expect(again.frames[0]).toMatchObject({ type: "ready", session, resumeFrom: 8_000 });
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
    const second = await begin(room, "p2");
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

  it("owes the last words that never come to the batch endpoint, and finishes when it has them", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    // What may have to be sent late before the end takes time of its own.
    await world.time.advance(timing.finishTimeoutMs + 500);
    expect(world.upstream.abandoned).toBe(true);
    expect(linesOf(viewer)).toEqual(["gap 0–500"]);
    expect(publisher.of("finished")).toEqual([]);
    await world.batch.recognise("The last words.", 0, 0.5);
    await world.time.advance(timing.tickMs);
    expect(publisher.of("finished")).toHaveLength(1);
    expect(linesOf(viewer)).toEqual(["speech 0–500 The last words."]);
  });

  it("leaves a gap for last words that the batch endpoint does not have either", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.time.advance(timing.finishTimeoutMs + 500);
    await world.batch.answer(403);
    expect(publisher.of("finished")).toHaveLength(1);
    expect(publisher.closed?.code).toBe(1000);
    expect(linesOf(viewer)).toEqual(["gap 0–500"]);
  });

  it("replays what no final has covered on a new socket, with its times in place", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(400));
    await world.upstream.results("One.", 0, 0.25, true);
    await world.time.advance(5_000);
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
    const publisher = await begin(room, "p1");
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
      room.publisherJoined(stranger, { takeover: false });
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
    const again = await begin(room, "p1b", { ...start, session });
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
    const again = await begin(successor, "p2", { ...start, session, position: 4_000 });
    expect(again.of("ready")).toEqual([expect.objectContaining({ session, resumeFrom: 8_000 })]);
  });

  it("writes a gap for audio the returning publisher no longer has, and owes what was said before it", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, audioMs(400));
    await world.upstream.results("Heard.", 0, 0.1, true);
    room.left(publisher.id);
    const old = world.upstream;
    const again = await begin(room, "p2", { ...start, session, position: 16_000 });
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 16_000 })]);
    expect(old.abandoned).toBe(true);
    expect(world.dialled).toHaveLength(2);
    await world.upstream.open();
    room.received(again, audioMs(1_000));
    expect(world.upstream.bytes).toBe(32_000);
    await world.upstream.results("Later.", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual([
      "speech 0–100 Heard.",
      "gap 100–400",
      "gap 400–1000",
      "speech 1000–2000 Later.",
    ]);
    expect(world.batch.request.body).toHaveLength(44 + 300 * 32);
    await world.batch.recognise("Before.", 0, 0.3);
    await world.time.advance(timing.tickMs);
    expect(textOf(viewer).split(/ +/)).toEqual(["Heard.", "Before.", "Later."]);
  });

  it("ends a session whose publisher stays away, and lets it go on with a late return", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.left(publisher.id);
    await world.time.advance(timing.publisherGraceMs);
    await world.upstream.close(1000);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "ended" } });
    const late = await begin(room, "p2", { ...start, session, position: 16_000 });
    expect(late.of("ready")).toEqual([expect.objectContaining({ session, resumeFrom: 16_000 })]);
    await world.upstream.open();
    room.received(late, audioMs(1_000));
    await world.upstream.results("Back again.", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["gap 0–1000", "speech 1000–2000 Back again."]);
    expect(viewer.of("status").at(-1)).toMatchObject({ status: { state: "live" } });
  });

  it("refuses a session it has never heard of", async () => {
    const { room, publisher } = await liveRoom();
    room.left(publisher.id);
    const stranger = await begin(room, "p2", { ...start, session: "nobody-knows" });
    expect(stranger.closed?.code).toBe(4510);
    const own = await begin(room, "p1", { ...start, session: publisher.of("ready")[0]?.session });
    expect(own.of("ready")).toHaveLength(1);
  });

  it("tells viewers while the publisher is away, and when it is back", async () => {
    const { room, viewer, publisher } = await liveRoom();
    const states = () => viewer.of("status").map(({ status }) => (status as { state: string }).state);
    room.left(publisher.id);
    expect(states().at(-1)).toBe("recovering");
    await begin(room, "p2", { ...start, session: publisher.of("ready")[0]?.session });
    expect(states().at(-1)).toBe("live");
  });

  it("keeps a session whose publisher left while its start was being stored", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const gate = Promise.withResolvers<void>();
    world.store.gate = gate.promise;
    const key = "a-secret-of-the-publisher";
    const hasty = await begin(room, "p1", { ...start, key });
    room.left(hasty.id);
    gate.resolve();
    await settle();
    const again = await begin(room, "p1b", { ...start, key });
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 0 })]);
    expect(world.dialled).toHaveLength(1);
  });

  it("tells a publisher that lost the answer to finish that it had finished", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, JSON.stringify({ type: "finish" }));
    room.left(publisher.id);
    await world.upstream.close(1000);
    const again = await begin(room, "p2", { ...start, session });
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
    await begin(room, "p2");
    await world.upstream.open();
    await world.upstream.results("Second programme.", 0, 0.5, true);
    await world.time.advance(timing.tickMs);
    expect(textOf(join(room, "late"))).toBe("First programme. Second programme.");
  });

  it("takes a ghost away: an interim whose final turns out empty", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(1000));
    await world.upstream.results("ghost words", 0, 0.5, false);
    await world.upstream.results("", 0, 1, true);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ interim: null, put: [] });
    expect(publisher.of("ack")).toEqual([{ type: "ack", position: 16_000 }]);
  });

  it("captions nothing twice when a publisher that missed an ack returns late", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, audioMs(1000));
    room.left(publisher.id);
    await world.upstream.results("Once only.", 0, 1, true);
    await world.time.advance(timing.publisherGraceMs);
    await world.upstream.close(1000);
    const late = await begin(room, "p2", { ...start, session, position: 0 });
    expect(late.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 16_000 })]);
  });

  it("answers start only once the session is stored, and keeps what a hasty publisher sent meanwhile", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const gate = Promise.withResolvers<void>();
    world.store.gate = gate.promise;
    const hasty = await begin(room, "p1");
    room.received(hasty, audioMs(300));
    room.received(hasty, JSON.stringify({ type: "finish" }));
    await world.time.advance(1_000);
    expect(hasty.frames).toEqual([]);
    expect(world.dialled).toHaveLength(0);
    gate.resolve();
    await settle();
    expect(hasty.of("ready")).toHaveLength(1);
    await world.upstream.open();
    expect(world.upstream.bytes).toBe(300 * 32);
    expect(world.upstream.controls).toEqual(['{"type":"CloseStream"}']);
  });

  it("goes on with a session only for the key it was begun with, and only in its format", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const key = "a-secret-of-the-publisher";
    const publisher = await begin(room, "p1", { ...start, key });
    const session = publisher.of("ready")[0]?.session;
    const codeOf = (member: ScriptedMember) => member.of("error")[0]?.code;
    expect(codeOf(await begin(room, "s1", { ...start, session }))).toBe("publisher_present");
    const stranger = { ...start, session, key: "another-key-of-a-stranger" };
    expect(codeOf(await begin(room, "s2", stranger))).toBe("publisher_present");
    const other = { ...start, session, key, sampleRate: 48_000 };
    expect(codeOf(await begin(room, "s3", other))).toBe("bad_message");
    expect(publisher.closed).toBeNull();
    // The answer to its first start was lost: it knows no session, but it has the key.
    const again = await begin(room, "p1b", { ...start, key });
    expect(again.of("ready")).toEqual([expect.objectContaining({ session })]);
    expect(publisher.closed?.code).toBe(4509);
  });

  it("does not put half a sample of a lost connection before the next one's audio", async () => {
    const { world, room, publisher } = await liveRoom();
    const session = publisher.of("ready")[0]?.session;
    room.received(publisher, new Uint8Array(3_201).fill(1));
    room.left(publisher.id);
    const again = await begin(room, "p2", { ...start, session });
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 1_600 })]);
    room.received(again, new Uint8Array(3_200).fill(2));
    expect(world.upstream.sent.at(-1)).toEqual(new Uint8Array(3_200).fill(2));
  });

  it("takes no audio after finish", async () => {
    const { room, publisher } = await liveRoom();
    room.received(publisher, JSON.stringify({ type: "finish" }));
    room.received(publisher, audioMs(100));
    expect(publisher.of("error")).toEqual([expect.objectContaining({ code: "bad_message" })]);
  });

  it("lets a new publisher begin while another is away, after that one's last words", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.left(publisher.id);
    const old = world.upstream;
    const next = await begin(room, "p2");
    expect(next.frames).toEqual([]);
    expect(old.controls).toEqual(['{"type":"CloseStream"}']);
    await world.time.advance(timing.handoverMs);
    expect(old.abandoned).toBe(true);
    expect(next.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 0 })]);
    expect(world.dialled).toHaveLength(2);
    expect(linesOf(viewer)).toEqual(["gap 0–500"]);
    await world.batch.recognise("Its last words.", 0, 0.5);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–500 Its last words."]);
  });

  it("asks a new publisher to come back while the last words of another are on their way", async () => {
    const { room, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    room.left(publisher.id);
    const next = await begin(room, "p2");
    expect(next.of("error")).toEqual([expect.objectContaining({ code: "draining", retry: true })]);
    expect(next.closed?.code).toBe(4412);
  });

  it("says that a session has ended only after its last words, and since when to whoever comes later", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.results("a", 0, 0.1, false);
    await world.upstream.results("Good night.", 0, 0.5, true);
    const since = world.time.now();
    await world.upstream.close(1000);
    const put = viewer.frames.findIndex((frame) => frame.type === "delta" && frame.to === 1);
    const ended = viewer.frames.findIndex((frame) => JSON.stringify(frame.status).includes('"ended"'));
    expect(put).toBeGreaterThan(0);
    expect(ended).toBeGreaterThanOrEqual(put);
    await world.time.advance(3_600_000);
    const late = join(await world.openRoom(), "late");
    expect(late.frames[0]).toMatchObject({ status: { state: "ended", since } });
  });

  it("keeps pacing when the clock is set back", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, audioMs(500));
    await world.upstream.results("one", 0, 0.2, false);
    world.time.setBack(3_600_000);
    await world.upstream.results("One.", 0, 0.5, true);
    await world.time.advance(timing.tickMs);
    expect(textOf(viewer)).toBe("One.");
  });

  it("tells the head regularly while a session runs, and sets no timer when none does", async () => {
    const { world, viewer } = await liveRoom();
    const { length } = viewer.of("status");
    await world.time.advance(timing.heartbeatMs); // everybody was just told that it is live
    expect(viewer.of("status")).toHaveLength(length);
    await world.time.advance(2 * timing.heartbeatMs);
    expect(viewer.of("status")).toHaveLength(length + 2);
    // A final tells the head as well, an interim does not.
    await world.upstream.results("One.", 0, 0.5, true);
    await world.time.advance(timing.heartbeatMs);
    expect(viewer.of("status")).toHaveLength(length + 2);
    await world.upstream.results("two", 0.5, 0.2, false);
    await world.time.advance(timing.heartbeatMs);
    expect(viewer.of("status")).toHaveLength(length + 3);
    const quiet = new ScriptedWorld();
    join(await quiet.openRoom(), "v1");
    expect(quiet.time.pending).toBe(0);
  });
});
