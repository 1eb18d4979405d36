import { describe, expect, it } from "vitest";
import { limits, timing } from "../../../shared/limits.ts";
import { begin, join, liveRoom, loudMs } from "../../support/live-room.ts";
import { type ScriptedMember, ScriptedWorld, start } from "../../support/scripted-room.ts";

const longText = "word ".repeat(2_000).trim();
const seen = (version: number) => JSON.stringify({ type: "seen", version });
const interims = (viewer: ScriptedMember) =>
  viewer.of("delta").filter(({ from, to, interim }) => from === to && interim !== null).length;

/** A second of speech: its interim, and its final. */
async function say(stage: Awaited<ReturnType<typeof liveRoom>>, second: number, text: string): Promise<void> {
  const { world, room, publisher } = stage;
  room.received(publisher, loudMs(1_000));
  await world.time.advance(1_000);
  await world.upstream.results(`${text} so far`, second, second + 0.5, false);
  await world.time.advance(timing.tickMs);
  await world.upstream.results(text, second, second + 1, true);
  await world.time.advance(timing.tickMs);
}

describe("a viewer that does not say what it has seen", () => {
  it("gets no more interims when too much is on its way, then is sent away; the others never notice", async () => {
    const stage = await liveRoom();
    const { room, viewer: reader } = stage;
    const stalled = join(room, "stalled");
    let version = 0;
    while (stalled.closed === null && version < 200) {
      await say(stage, version, `${longText} ${version}`);
      version += 1;
      room.received(reader, seen(version));
    }
    expect(stalled.closed).toEqual({ code: 4408, reason: "too_slow" });
    expect(stalled.of("error")).toEqual([expect.objectContaining({ code: "too_slow", retry: true })]);
    const sentBytes = stalled.frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
    expect(sentBytes).toBeLessThan(limits.unseenMaxBytes + 2 * longText.length);
    // Finals went on for a while after interims had stopped.
    expect(interims(stalled)).toBeLessThan(interims(reader) / 2);
    expect(stalled.of("delta").filter(({ from, to }) => from !== to).length).toBeGreaterThan(
      interims(stalled),
    );
    expect(reader.closed).toBeNull();
    expect(interims(reader)).toBe(version);
    expect(room.describe().viewers).toBe(1);
  });

  it("is missed after a minute, however little it was sent", async () => {
    const stage = await liveRoom();
    const { world, room, viewer: reader, publisher } = stage;
    const dead = join(room, "dead");
    await say(stage, 0, "Hello.");
    room.received(reader, seen(1));
    for (let ms = 0; ms <= timing.unseenMaxMs + timing.heartbeatMs; ms += 5_000) {
      publisher.pingedAt = world.time.now();
      await world.time.advance(5_000);
    }
    expect(dead.closed?.code).toBe(4408);
    expect(reader.closed).toBeNull();
  });

  it("is not missed while there is nothing to see", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    for (let ms = 0; ms < 10 * timing.unseenMaxMs; ms += 5_000) {
      publisher.pingedAt = world.time.now();
      await world.time.advance(5_000);
    }
    expect(viewer.closed).toBeNull();
    expect(room.describe().viewers).toBe(1);
  });

  it("may stay where its host looks after it", async () => {
    const stage = await liveRoom();
    const { room } = stage;
    const stream = Object.assign(join(room, "stream"), { selfPaced: true as const });
    for (let version = 0; version < 120; version += 1) await say(stage, version, `${longText} ${version}`);
    expect(stream.closed).toBeNull();
    expect(interims(stream)).toBe(120);
  });

  it("gains nothing by claiming to have seen the future", async () => {
    const stage = await liveRoom();
    const liar = join(stage.room, "liar");
    stage.room.received(liar, seen(1_000_000));
    for (let version = 0; version < 200 && liar.closed === null; version += 1) {
      await say(stage, version, `${longText} ${version}`);
    }
    expect(liar.closed?.code).toBe(4408);
  });
});

describe("the number of viewers", () => {
  it("is told to the publisher once for many who come and go, and to viewers with the regular status", async () => {
    const stage = await liveRoom();
    const { world, room, viewer, publisher } = stage;
    await world.time.advance(timing.audienceTellMs);
    const before = publisher.of("audience").length;
    const heard = viewer.frames.length;
    for (let i = 0; i < 50; i += 1) join(room, `more${i}`);
    for (let i = 0; i < 20; i += 1) room.left(`more${i}`);
    await world.time.advance(timing.audienceTellMs);
    expect(publisher.of("audience").slice(before)).toEqual([{ type: "audience", viewers: 31 }]);
    expect(viewer.frames).toHaveLength(heard);
    await world.time.advance(2 * timing.heartbeatMs);
    expect(viewer.of("status").at(-1)).toMatchObject({ viewers: 31 });
  });

  it("needs no timer in a room where nobody speaks", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    for (let i = 0; i < 10; i += 1) join(room, `v${i}`);
    expect(world.time.pending).toBe(0);
    expect(room.describe().viewers).toBe(10);
    await begin(room, "p1", start);
    expect(world.time.pending).toBeGreaterThan(0);
  });
});
