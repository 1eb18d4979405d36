import { describe, expect, it } from "vitest";
import type { Room } from "../../../party/room/room.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { linesOf, liveRoom, loudMs, missSixSeconds } from "../../support/live-room.ts";
import { ScriptedMember, ScriptedWorld } from "../../support/scripted-room.ts";

async function spoken() {
  const stage = await liveRoom();
  const { world, room, publisher } = stage;
  room.received(publisher, loudMs(2_000));
  await world.upstream.results("One.", 0, 1, true);
  await world.upstream.results("Two.", 1, 2, true);
  await world.time.advance(timing.tickMs);
  return stage;
}

const segmentsOf = (room: Room) => room.transcript().segments;

function idAt(room: Room, index: number): string {
  const id = segmentsOf(room)[index]?.id;
  if (id === undefined) throw new Error(`the room has no segment ${index}`);
  return id;
}

describe("a correction", () => {
  it("is a new version of the segment, where it was, seen by all and kept", async () => {
    const { world, room, viewer } = await spoken();
    const [before] = segmentsOf(room);
    const { version } = room.transcript();
    const edited = await room.edit(idAt(room, 0), "  Wonne.\n");
    expect(edited).toEqual({
      id: before?.id,
      session: before?.session,
      start: before?.start,
      end: before?.end,
      at: before?.at,
      kind: "speech",
      text: "Wonne.",
      edited: true,
      version: version + 1,
    });
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ from: version, to: version + 1, put: [edited] });
    expect(world.store.room?.transcript.segments[0]).toEqual(edited);
  });

  it("of a text that reads so already changes nothing", async () => {
    const { room } = await spoken();
    const before = room.transcript();
    expect(await room.edit(idAt(room, 1), " Two. ")).toEqual(before.segments[1]);
    expect(room.transcript()).toEqual(before);
  });

  it("without words takes the segment away", async () => {
    const { world, room, viewer } = await spoken();
    const id = idAt(room, 0);
    expect(await room.edit(id, " ")).toBeNull();
    await world.time.advance(timing.tickMs);
    expect(viewer.of("delta").at(-1)).toMatchObject({ put: [], removed: [id] });
    expect(linesOf(viewer)).toEqual(["speech 1000–2000 Two."]);
    await expect(room.edit(id, "Again.")).rejects.toMatchObject({ code: "not_found" });
  });

  it("is refused when it is too long, holds what is no text, or corrects nothing", async () => {
    const { room } = await spoken();
    const before = room.transcript();
    const id = idAt(room, 0);
    const longest = "x".repeat(limits.correctionMaxCharacters);
    for (const text of [`${longest}x`, "a\u0000b", "a\nb", "a\u2028b", "\u001b[31m", "\ud800"]) {
      await expect(room.edit(id, text)).rejects.toMatchObject({ code: "bad_request" });
    }
    await expect(room.edit("nobody", "Words.")).rejects.toMatchObject({ code: "not_found" });
    expect(room.transcript()).toEqual(before);
    // Nor did any of it stop the room.
    expect(await room.edit(id, longest)).toMatchObject({ text: longest });
  });

  it("of a gap makes it speech, over which no late recognition writes", async () => {
    const stage = await liveRoom();
    const { world, room, viewer } = stage;
    await missSixSeconds(stage);
    const gap = segmentsOf(room).find(({ kind }) => kind === "gap");
    expect(await room.edit(gap?.id ?? "", "What I heard.")).toMatchObject({ kind: "speech", edited: true });
    await world.batch.recognise("Two.", 0.5, 4);
    await world.time.advance(timing.tickMs);
    const lines = linesOf(viewer);
    expect(lines).toContain(`speech ${gap?.start}–${gap?.end} What I heard.`);
    expect(lines.join()).not.toMatch(/gap|Two/);
  });

  it("that cannot be stored is not shown, and takes the room with it", async () => {
    const { world, room, viewer } = await spoken();
    world.store.failing = true;
    const shown = viewer.frames.length;
    await expect(room.edit(idAt(room, 0), "Lost.")).rejects.toMatchObject({ code: "internal" });
    expect(world.deaths).toBe(1);
    expect(viewer.frames).toHaveLength(shown);
  });
});

describe("reading a room", () => {
  it("pages back through everything before a segment", async () => {
    const { room } = await spoken();
    expect(room.earlier(idAt(room, 1), 5)).toEqual({ segments: [segmentsOf(room)[0]], hasEarlier: false });
    expect(room.earlier(idAt(room, 0), 5)).toEqual({ segments: [], hasEarlier: false });
    expect(() => room.earlier("nobody", 5)).toThrowError(expect.objectContaining({ code: "not_found" }));
  });

  it("says where earlier ones are left", async () => {
    const { world, room, publisher } = await spoken();
    room.received(publisher, loudMs(1_000));
    await world.upstream.results("Three.", 2, 3, true);
    expect(room.earlier(idAt(room, 2), 1)).toEqual({ segments: [segmentsOf(room)[1]], hasEarlier: true });
  });

  it("answers a position as it would a viewer that comes with it", async () => {
    const { room } = await spoken();
    const { epoch, version } = room.transcript();
    for (const position of [null, { epoch, version: 0 }, { epoch, version }, { epoch: "other", version }]) {
      const viewer = new ScriptedMember(`viewer of ${JSON.stringify(position)}`);
      room.viewerJoined(viewer, position, 0, false);
      const { welcome: _welcome, ...first } = viewer.frames[0] ?? {};
      expect(room.frame(position)).toEqual(first);
    }
  });

  it("of an empty room is possible", async () => {
    const room = await new ScriptedWorld().openRoom();
    expect(room.transcript()).toMatchObject({ version: 0, session: null, segments: [] });
  });
});
