import { describe, expect, it } from "vitest";
import { limits, timing } from "../../../shared/limits.ts";
import {
  acksOf,
  begin,
  contextMs,
  join,
  linesOf,
  liveRoom,
  loudMs,
  missSixSeconds,
  newSocketS,
  pauseAtMs,
  sayThree,
  sessionOf,
  speakSixSeconds,
} from "../../support/live-room.ts";
import { audioMs, ScriptedMember, start } from "../../support/scripted-room.ts";
import { settle } from "../../support/virtual-time.ts";

const second = 16_000;
const headerBytes = 44;
const gap = `gap 1000–${pauseAtMs}`;

describe("a room that missed more than may be replayed", () => {
  it("goes live at once from a quiet place, owns up to the gap, and fills it", async () => {
    const stage = await liveRoom();
    const { world, viewer, publisher } = stage;
    await missSixSeconds(stage);
    expect(world.upstream.bytes).toBe((7_000 - pauseAtMs + contextMs) * 32);
    await world.upstream.results("three", newSocketS(pauseAtMs), newSocketS(6_570), false);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–1000 One.", gap]);
    expect(viewer.of("delta").at(-1)).toMatchObject({ interim: { text: "three", start: pauseAtMs } });

    expect(world.batches).toHaveLength(1);
    expect(world.batch.request).toMatchObject({ contentType: "audio/wav" });
    expect(world.batch.request.path).toMatch(/^\/v1\/listen\?model=nova-3&/);
    // As far as there is audio, which is less than a second beyond the hole.
    expect(world.batch.request.body).toHaveLength(headerBytes + (7_000 - 1_000) * 32);

    await sayThree(world);
    // What is with the batch endpoint is not durable: the publisher keeps it.
    expect(acksOf(publisher)).toEqual([second]);
    await world.batch.recognise("Two.", 0.5, 4);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual([
      "speech 0–1000 One.",
      "speech 1500–5000 Two.",
      `speech ${pauseAtMs}–7000 Three.`,
    ]);
    expect(acksOf(publisher)).toEqual([second, 7 * second]);
  });

  it("captions nothing of the context that its new socket hears first", async () => {
    const stage = await liveRoom();
    const { world, viewer } = stage;
    await missSixSeconds(stage);
    const words = "Missed Three.";
    const endS = newSocketS(7_000);
    await world.upstream.results(words, 0, endS, false);
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ interim: { text: "Three.", start: pauseAtMs } });
    await world.upstream.results(words, 0, endS, true);
    await world.upstream.results("", endS, endS, true);
    await world.batch.recognise(words, pauseAtMs / 1_000 - 2, pauseAtMs / 1_000);
    await world.time.advance(timing.tickMs);
    const half = pauseAtMs - contextMs + (endS * 1_000) / 2;
    expect(linesOf(viewer)).toEqual([
      "speech 0–1000 One.",
      `speech ${pauseAtMs - 1_000}–${pauseAtMs} Missed`,
      `speech ${half}–7000 Three.`,
    ]);
  });

  it("lets the batch endpoint hear a second around the hole, as far as it holds one, and puts the hole's words", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.store.gate = promise;
    room.received(publisher, loudMs(4_000));
    await world.time.advance(2_000);
    await world.upstream.results("One.", 0, 1, true);
    // The final of the second between is torn on its way.
    await world.upstream.say('{"type":"Results","start":1');
    await world.upstream.results("Three.", 2, 4, true);
    resolve();
    await settle();
    expect(world.batch.request.body).toHaveLength(headerBytes + 3_000 * 32);
    await world.batch.recognise("one. Two. three.", 0, 3);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual([
      "speech 0–1000 One.",
      "speech 1000–2000 Two.",
      "speech 2000–4000 Three.",
    ]);
    expect(acksOf(publisher).at(-1)).toBe(4 * second);
  });

  it("replays what is short enough, and asks no batch endpoint", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, loudMs(1_000));
    await world.upstream.results("One.", 0, 1, true);
    await world.time.advance(5_000);
    await world.upstream.close(1006);
    room.received(publisher, loudMs(limits.replayMaxMs));
    await world.upstream.open();
    await world.time.advance(limits.replayMaxMs);
    expect(world.upstream.bytes).toBe(limits.replayMaxMs * 32);
    expect(world.batches).toHaveLength(0);
  });

  it("takes the gap away when nothing was said in it", async () => {
    const stage = await liveRoom();
    await missSixSeconds(stage);
    await stage.world.batch.answer(200, { results: { channels: [], utterances: [] } });
    await stage.world.time.advance(timing.tickMs);
    expect(linesOf(stage.viewer)).toEqual(["speech 0–1000 One."]);
  });

  it("leaves the gap and lets the publisher forget when the batch endpoint refuses for good", async () => {
    const stage = await liveRoom();
    const { world, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    await world.batch.answer(400);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toContain(gap);
    expect(acksOf(publisher)).toEqual([second, 7 * second]);
    expect(world.batches).toHaveLength(1);
  });

  it("begins with the same socket again and again: each long hole is owed once", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    await world.time.advance(5_000);
    await world.upstream.close(1011);
    speakSixSeconds(room, publisher);
    await world.upstream.open();
    await world.batch.recognise("Two.", 0, 1);
    await world.batch.recognise("Four.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer).map((line) => line.split(" ").at(-1))).toEqual([
      "One.",
      "Two.",
      "Three.",
      "Four.",
    ]);
  });
});

describe("a room that dies while it owes something", () => {
  it("is sent the hole's audio again and fills it", async () => {
    const stage = await liveRoom();
    const { world, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);

    const room = await world.openRoom();
    const viewer = join(room, "v2");
    expect(linesOf(viewer)).toContain(gap);
    const again = await begin(room, "p2", { ...start, session: sessionOf(publisher), position: second });
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: second })]);
    await world.upstream.open();
    speakSixSeconds(room, again);
    // What is captioned already is not captioned again.
    expect(world.upstream.bytes).toBe(0);
    room.received(again, loudMs(200));
    await settle();
    expect(world.upstream.bytes).toBe(200 * 32);
    // Asked for as soon as all of it was there, with a second of what comes after it.
    expect(world.batches).toHaveLength(2);
    expect(world.batch.request.body).toHaveLength(headerBytes + (pauseAtMs - 1_000 + contextMs) * 32);
    await world.upstream.results("Four.", 0, 0.2, true);
    await world.batch.recognise("Two.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer).map((line) => line.split(" ").at(-1))).toEqual([
      "One.",
      "Two.",
      "Three.",
      "Four.",
    ]);
    expect(acksOf(again).at(-1)).toBe(7.2 * second);
  });

  it("acknowledges nothing that the returned publisher has not sent yet", async () => {
    const stage = await liveRoom();
    const { world, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    stage.room.received(publisher, loudMs(2_000));
    await world.time.advance(2_000);
    await world.upstream.results("Four.", newSocketS(7_000), newSocketS(9_000), true);

    const room = await world.openRoom();
    const again = await begin(room, "p2", { ...start, session: sessionOf(publisher), position: second });
    room.received(again, loudMs(6_200));
    await settle();
    expect(world.batches).toHaveLength(2);
    // The fill is faster than the publisher's uplink: it is at 7.2 s, captions reach 9 s.
    await world.batch.recognise("Two.", 0, 1);
    // A publisher that forgets what it was about to send has nothing to go on with.
    expect(acksOf(again)).toEqual([7.2 * second]);
    room.received(again, loudMs(1_800));
    expect(acksOf(again).at(-1)).toBe(9 * second);
  });

  it("parts a hole of which the publisher has the end only, and fills that", async () => {
    const stage = await liveRoom();
    const { world, publisher } = stage;
    await missSixSeconds(stage);

    const room = await world.openRoom();
    const viewer = join(room, "v2");
    const from = { session: sessionOf(publisher), position: 3 * second };
    const again = await begin(room, "p2", { ...start, ...from });
    expect(again.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 3 * second })]);
    room.received(again, loudMs(4_200));
    await settle();
    await world.batch.recognise("Rest.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–1000 One.", "gap 1000–3000", "speech 3000–4000 Rest."]);
  });

  it("keeps the end of a hole also for a publisher that does not wait for ready", async () => {
    const stage = await liveRoom();
    const { world, publisher } = stage;
    await missSixSeconds(stage);
    const asked = world.batches.length;

    const room = await world.openRoom();
    const hasty = new ScriptedMember("p2");
    room.publisherJoined(hasty, { takeover: false });
    const from = { session: sessionOf(publisher), position: 3 * second };
    room.received(hasty, JSON.stringify({ ...start, ...from }));
    // Held until the start has had its turn.
    room.received(hasty, loudMs(4_000));
    await settle();
    room.received(hasty, loudMs(100));
    await settle();
    expect(world.batches).toHaveLength(asked + 1);
    expect(world.batch.request.body).toHaveLength(headerBytes + (pauseAtMs - 3_000 + contextMs) * 32);
  });
});

describe("the end of a session that is owed something", () => {
  it("waits for the fill", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    await world.time.advance(1_000);
    expect(publisher.of("finished")).toEqual([]);
    await world.batch.recognise("Two.", 0, 1);
    expect(publisher.of("finished")).toEqual([{ type: "finished", version: 4 }]);
    expect(linesOf(viewer)).not.toContain(gap);
    await world.time.advance(timing.tickMs);
    expect(world.time.pending).toBe(0);
  });

  it("waits until the fill is stored, not only answered", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    await missSixSeconds(stage);
    const { promise, resolve } = Promise.withResolvers<void>();
    world.store.gate = promise;
    await sayThree(world);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    await world.batch.recognise("Two.", 0, 1);
    resolve();
    await settle();
    const { version } = world.store.room?.transcript ?? { version: 0 };
    expect(publisher.of("finished")).toEqual([{ type: "finished", version }]);
  });

  it("waits for a bounded time, and takes the fill when it comes later", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    await world.time.advance(timing.backfillWaitMs - 1);
    expect(publisher.of("finished")).toEqual([]);
    await world.time.advance(1);
    expect(publisher.of("finished")).toHaveLength(1);
    expect(linesOf(viewer)).toContain(gap);
    await world.batch.recognise("Two.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toContain("speech 1000–2000 Two.");
    expect(world.store.room?.session?.holes).toEqual([]);
  });

  it("captions nothing twice when its publisher returns too late, with the hole still open", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    room.left(publisher.id);
    await world.time.advance(timing.publisherGraceMs);
    await world.upstream.close(1000);
    await world.time.advance(timing.backfillWaitMs);
    expect(world.store.room?.session?.ended).toMatchObject({ by: "absence" });
    expect(world.store.room?.session?.holes).toHaveLength(1);
    // It was acknowledged one second and kept the rest, of which the room has captions up to 7 s.
    const late = await begin(room, "p2", { ...start, session: sessionOf(publisher), position: second });
    await world.upstream.open();
    const [ready] = late.of("ready");
    const againMs = 7_000 - Number(ready?.resumeFrom) / 16;
    room.received(late, loudMs(againMs));
    expect(world.upstream.bytes).toBe(0);
    room.received(late, loudMs(200));
    expect(world.upstream.bytes).toBe(200 * 32);
    for (const batch of world.batches) await batch.recognise("Two.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer).map((line) => line.split(" ").at(-1))).toEqual(["One.", "Two.", "Three."]);
  });

  it("is not held up by audio that a returned publisher did not send again", async () => {
    const stage = await liveRoom();
    const { world, publisher } = stage;
    await missSixSeconds(stage);
    const room = await world.openRoom();
    const again = await begin(room, "p2", { ...start, session: sessionOf(publisher), position: second });
    await world.upstream.open();
    room.received(again, audioMs(100));
    room.received(again, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    expect(again.of("finished")).toHaveLength(1);
  });
});

describe("a purge during a fill", () => {
  it("deletes the gap, calls the request off, and lets the session go on", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    await room.purge();
    expect(linesOf(viewer)).toEqual([]);
    expect(world.batch.cancelled).toBe(true);
    expect(room.load.backfillBytes).toBe(0);
    expect(acksOf(publisher).at(-1)).toBe(7 * second);
    room.received(publisher, loudMs(500));
    await world.upstream.results("After.", newSocketS(7_000), newSocketS(7_500), true);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 7000–7500 After."]);
  });

  it("ends a session that waited for the fill alone", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    expect(publisher.of("finished")).toEqual([]);
    await room.purge();
    expect(publisher.of("finished")).toHaveLength(1);
  });
});
