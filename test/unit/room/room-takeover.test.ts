import { describe, expect, it } from "vitest";
import { timing } from "../../../shared/limits.ts";
import {
  acksOf,
  begin,
  join,
  linesOf,
  liveRoom,
  loudMs,
  missSixSeconds,
  sayThree,
  sessionOf,
} from "../../support/live-room.ts";
import { start } from "../../support/scripted-room.ts";

const key = "a-secret-of-the-publisher";
const present = [expect.objectContaining({ code: "publisher_present", retry: false })];

describe("taking a room over", () => {
  it("is refused without the right, and changes nothing", async () => {
    const { world, room, publisher } = await liveRoom();
    const other = await begin(room, "p2");
    expect(other.of("error")).toEqual(present);
    expect(other.closed).toEqual({ code: 4509, reason: "publisher_present" });
    expect(publisher.closed).toBeNull();
    expect(world.upstream.controls).toEqual([]);
  });

  it("sends the other publisher away and waits for its last words", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, loudMs(500));
    const next = await begin(room, "p2", start, true);
    expect(publisher.of("error")).toEqual(present);
    expect(publisher.closed).toEqual({ code: 4509, reason: "publisher_present" });
    expect(world.upstream.controls).toEqual(['{"type":"CloseStream"}']);
    expect(next.frames).toEqual([]);
    await world.upstream.results("My last words.", 0, 0.5, true);
    await world.upstream.close(1000);

    expect(next.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 0 })]);
    expect(sessionOf(next)).not.toBe(sessionOf(publisher));
    await world.upstream.open();
    room.received(next, loudMs(300));
    await world.upstream.results("My first ones.", 0, 0.3, true);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–500 My last words.", "speech 0–300 My first ones."]);
    expect(world.dialled).toHaveLength(2);
  });

  it("keeps what the new publisher sends while the last words of the old one are awaited", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, loudMs(500));
    const next = await begin(room, "p2", start, true);
    room.received(next, loudMs(400));
    await world.upstream.results("Mine.", 0, 0.5, true);
    await world.upstream.close(1000);
    await world.upstream.open();
    expect(world.upstream.bytes).toBe(400 * 32);
  });

  it("waits no longer than the handover may take, and owes what did not come", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    room.received(publisher, loudMs(1_000));
    await world.upstream.results("Half.", 0, 0.5, true);
    const next = await begin(room, "p2", start, true);
    await world.time.advance(timing.handoverMs - 1);
    expect(next.frames).toEqual([]);
    await world.time.advance(1);
    expect(next.of("ready")).toHaveLength(1);
    expect(linesOf(viewer)).toEqual(["speech 0–500 Half.", "gap 500–1000"]);
    await world.batch.recognise("The rest.", 0, 0.5);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–500 Half.", "speech 500–1000 The rest."]);
  });

  it("refuses the old publisher when it returns, before, during and after the new session", async () => {
    const { world, room, publisher } = await liveRoom({ ...start, key });
    const session = sessionOf(publisher);
    room.received(publisher, loudMs(500));
    const next = await begin(room, "p2", start, true);
    const returns = [await begin(room, "r1", { ...start, session, key })];
    await world.upstream.results("Mine.", 0, 0.5, true);
    await world.upstream.close(1000);
    expect(next.of("ready")).toHaveLength(1);
    returns.push(await begin(room, "r2", { ...start, session, key }));
    for (const { closed } of returns) expect(closed).toEqual({ code: 4509, reason: "publisher_present" });
    expect(next.closed).toBeNull();

    room.received(next, JSON.stringify({ type: "finish" }));
    await world.upstream.open();
    await world.upstream.close(1000);
    expect(next.of("finished")).toHaveLength(1);
    // "Do not come back", whatever the reason is called by then.
    const late = await begin(room, "r3", { ...start, session, key });
    expect(late.of("error")).toEqual([expect.objectContaining({ retry: false })]);
  });

  it("refuses the old publisher with 4509 also when the new one left before it began", async () => {
    const { world, room, publisher } = await liveRoom({ ...start, key });
    room.received(publisher, loudMs(500));
    const next = await begin(room, "p2", start, true);
    room.left(next.id);
    await world.upstream.results("Mine.", 0, 0.5, true);
    await world.upstream.close(1000);
    expect(next.frames).toEqual([]);
    expect(world.store.room?.session?.ended).toMatchObject({ by: "takeover" });
    const late = await begin(room, "r1", { ...start, session: sessionOf(publisher), key });
    expect(late.closed?.code).toBe(4509);
    expect((await begin(room, "p3")).of("ready")).toHaveLength(1);
  });

  it("asks a second one to come back while a first is being let in", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, loudMs(500));
    const first = await begin(room, "p2", start, true);
    const second = await begin(room, "p3", start, true);
    expect(second.of("error")).toEqual([expect.objectContaining({ code: "draining", retry: true })]);
    await world.upstream.results("Mine.", 0, 0.5, true);
    await world.upstream.close(1000);
    expect(first.of("ready")).toHaveLength(1);

    const again = await begin(room, "p3b", start, true);
    expect(first.closed?.code).toBe(4509);
    await world.upstream.open();
    await world.upstream.close(1000);
    expect(again.of("ready")).toHaveLength(1);
    expect(publisher.of("error")).toHaveLength(1);
  });

  it("leaves the running session alone when the new one could not begin at all", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, loudMs(500));
    const impossible = { ...start, model: "flux-general-en", diarize: true };
    const next = await begin(room, "p2", impossible, true);
    await world.time.advance(timing.handoverMs);
    expect(next.of("error")).toEqual([expect.objectContaining({ code: "bad_message" })]);
    expect(publisher.closed).toBeNull();
    expect(world.upstream.controls).not.toContain('{"type":"CloseStream"}');
  });

  it("does not wait for the fill of what the old session is owed", async () => {
    const stage = await liveRoom();
    const { world, room, viewer } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    const next = await begin(room, "p2", start, true);
    await world.upstream.close(1000);
    expect(next.of("ready")).toHaveLength(1);
    await world.upstream.open();
    room.received(next, loudMs(200));
    await world.upstream.results("Another one.", 0, 0.2, true);
    await world.batch.recognise("Two.", 0, 1);
    await world.time.advance(timing.tickMs);
    expect(linesOf(viewer).map((line) => line.split(" ").at(-1))).toEqual(["One.", "Two.", "Three.", "one."]);
    expect(acksOf(next)).toEqual([0.2 * 16_000]);
  });

  it("tells a publisher that had finished, and waited for a fill alone, that it has", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    await missSixSeconds(stage);
    await sayThree(world);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.upstream.close(1000);
    expect(publisher.of("finished")).toEqual([]);
    const next = await begin(room, "p2", start, true);
    expect(next.of("ready")).toHaveLength(1);
    expect(publisher.of("finished")).toHaveLength(1);
    expect(publisher.of("error")).toEqual([]);
  });
});

describe("the place of a publisher that is away", () => {
  it("goes to whoever begins, without any right, after its last words", async () => {
    const { world, room, publisher } = await liveRoom({ ...start, key });
    room.received(publisher, loudMs(500));
    room.left(publisher.id);
    const next = await begin(room, "p2");
    expect(next.frames).toEqual([]);
    await world.upstream.results("Mine.", 0, 0.5, true);
    await world.upstream.close(1000);
    expect(next.of("ready")).toHaveLength(1);
    expect(linesOf(join(room, "late"))).toEqual(["speech 0–500 Mine."]);
    const back = await begin(room, "p1b", { ...start, session: sessionOf(publisher), key });
    expect(back.closed?.code).toBe(4509);
  });

  it("is its own again when it returns in time", async () => {
    const { world, room, publisher } = await liveRoom({ ...start, key });
    room.received(publisher, loudMs(500));
    room.left(publisher.id);
    await world.time.advance(timing.publisherGraceMs - 1);
    const back = await begin(room, "p1b", { ...start, session: sessionOf(publisher), key });
    expect(back.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 8_000 })]);
    await world.time.advance(timing.publisherGraceMs - 1);
    expect(back.closed).toBeNull();
  });
});
