import { describe, expect, it } from "vitest";
import type { Room } from "../../../party/room/room.ts";
import type { RoomSettings } from "../../../shared/settings.ts";
import { begin, liveRoom, loudMs, missSixSeconds } from "../../support/live-room.ts";
import { ScriptedWorld, start } from "../../support/scripted-room.ts";

async function roomWith(settings: RoomSettings): Promise<{ world: ScriptedWorld; room: Room }> {
  const world = new ScriptedWorld();
  const room = await world.openRoom();
  await room.configure(settings);
  return { world, room };
}

function parametersOf(path: string): { path: string; parameters: [string, string][] } {
  const url = new URL(path, "wss://provider.test");
  return { path: url.pathname, parameters: [...url.searchParams] };
}

describe("a room's settings", () => {
  it("reach the provider's socket, each repeatable one repeated", async () => {
    const { world, room } = await roomWith({
      language: "de",
      keyterms: ["Captionwire", "größer & besser"],
      diarize: true,
      endpointing: false,
      redact: ["pci", "ssn"],
      retentionHours: 5,
    });
    await begin(room, "p1");
    const { path, parameters } = parametersOf(world.upstream.path);
    expect(path).toBe("/v1/listen");
    for (const expected of [
      ["language", "de"],
      ["keyterm", "Captionwire"],
      ["keyterm", "größer & besser"],
      ["diarize_model", "latest"],
      ["endpointing", "false"],
      ["redact", "pci"],
      ["redact", "ssn"],
      ["sample_rate", "16000"],
    ]) {
      expect(parameters).toContainEqual(expected);
    }
    const names = parameters.map(([name]) => name);
    expect(names.filter((name) => /retention|diarize$/i.test(name))).toEqual([]);
  });

  it("give way to what a start says, each by itself", async () => {
    const { world, room } = await roomWith({ language: "de", keyterms: ["one"], smartFormat: true });
    await begin(room, "p1", { ...start, language: "fr", smartFormat: false });
    const { parameters } = parametersOf(world.upstream.path);
    expect(parameters).toContainEqual(["language", "fr"]);
    expect(parameters).toContainEqual(["keyterm", "one"]);
    expect(parameters.map(([name]) => name)).not.toContain("smart_format");
  });

  it("choose the protocol by the model", async () => {
    const { world, room } = await roomWith({ model: "flux-general-en" });
    await begin(room, "p1");
    expect(parametersOf(world.upstream.path).path).toBe("/v2/listen");
  });

  it("hold for the batch endpoint too", async () => {
    const stage = await liveRoom({ ...start, keyterms: ["Captionwire"], profanityFilter: true });
    await missSixSeconds(stage);
    const { parameters } = parametersOf(stage.world.batch.request.path);
    expect(parameters).toContainEqual(["keyterm", "Captionwire"]);
    expect(parameters).toContainEqual(["profanity_filter", "true"]);
  });

  it("hold for the next session, and a running one keeps its own through every socket", async () => {
    const { world, room, publisher } = await liveRoom();
    await room.configure({ language: "de" });
    room.received(publisher, loudMs(200));
    await world.upstream.results("One.", 0, 0.2, true);
    await world.time.advance(5_000);
    await world.upstream.close(1006);
    expect(world.upstream.path).toBe(world.dialled[0]?.path);
    const successor = await world.openRoom();
    await begin(successor, "p2", { ...start, session: publisher.of("ready")[0]?.session });
    expect(world.upstream.path).toBe(world.dialled[0]?.path);
    expect(successor.describe().settings).toEqual({ language: "de" });
  });

  it("outlive a purge", async () => {
    const { room } = await roomWith({ language: "de" });
    await room.purge();
    expect(room.describe().settings).toEqual({ language: "de" });
  });
});

describe("a combination that no provider takes", () => {
  const cases: [settings: RoomSettings, message: object][] = [
    [{}, { ...start, model: "flux-general-en", diarize: true }],
    [{ diarize: true }, { ...start, model: "flux-general-en" }],
    [{ model: "flux-general-en" }, { ...start, channels: 2 }],
    [{ model: "flux-general-en" }, { ...start, sampleRate: 22_050 }],
    [{ keyterms: ["one"] }, { ...start, model: "nova-2" }],
  ];

  it("is refused with its reason before any socket is opened", async () => {
    for (const [settings, message] of cases) {
      const { world, room } = await roomWith(settings);
      const publisher = await begin(room, "p1", message);
      expect(publisher.of("error")).toEqual([
        expect.objectContaining({ code: "bad_message", message: expect.stringMatching(/use|send/) }),
      ]);
      expect(publisher.closed?.code).toBe(4500);
      expect(world.dialled).toHaveLength(0);
      expect(world.store.room?.session).toBeNull();
      // Nothing of it stays behind: the room is free.
      expect(
        (await begin(room, "p2", { ...start, model: "nova-3", diarize: false })).of("ready"),
      ).toHaveLength(1);
    }
  });

  it("may be set right by the start", async () => {
    const { room } = await roomWith({ model: "flux-general-en", language: "en" });
    const publisher = await begin(room, "p1", { ...start, channels: 2, model: "nova-3" });
    expect(publisher.of("ready")).toHaveLength(1);
  });

  it("leaves the session of an absent publisher alone", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, loudMs(200));
    room.left(publisher.id);
    const next = await begin(room, "p2", { ...start, model: "flux-general-en", diarize: true });
    await world.time.advance(5_000);
    expect(next.closed?.code).toBe(4500);
    const back = await begin(room, "p1b", { ...start, session: publisher.of("ready")[0]?.session });
    expect(back.of("ready")).toEqual([expect.objectContaining({ resumeFrom: 3_200 })]);
  });
});
