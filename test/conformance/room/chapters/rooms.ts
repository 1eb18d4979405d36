import { expect } from "vitest";
import { readmitted } from "../readmitted.ts";
import type { Rule } from "../rule.ts";

const put = (body: unknown) => ({ method: "PUT", body }) as const;
const purge = { method: "DELETE" } as const;

/** Settings, lists, and the end of all. */
export const rooms: readonly Rule[] = [
  {
    id: "R1",
    title: "settings are put by rooms:admin, as a whole, and answered with how the room stands",
    codes: ["scope_missing"],
    async run(world) {
      const settings = { language: "en", maxViewers: 7, retentionHours: 24 };
      const answer = await world.askRoom("", "rooms:admin", put(settings));
      expect(answer.status).toBe(200);
      const room = { room: world.room, settings, state: "idle", session: null, version: 0, viewers: 0 };
      expect(answer.json()).toMatchObject({ ...room, epoch: expect.stringMatching(/\S/) });
      const next = await world.askRoom("", "rooms:admin", put({ language: "en" }));
      expect(next.json()).toHaveProperty("settings", { language: "en" });
      world.refusedByHttp(
        await world.askRoom("", ["captions:view", "captions:publish"], put({})),
        "scope_missing",
      );
    },
  },
  {
    id: "R2",
    title: "how a room stands is told to its readers too, but for the settings",
    async run(world) {
      await world.askRoom("", "rooms:admin", put({ keyterms: ["secret name"] }));
      expect((await world.askRoom("", "rooms:admin")).json()).toHaveProperty("settings.keyterms");
      const told = await world.askRoom("", "captions:view");
      expect(told.json()).toMatchObject({ room: world.room, state: "idle" });
      expect(told.text).not.toMatch(/settings|secret/);
    },
  },
  {
    id: "R3",
    title: "a room that nobody has made is not there, and whoever follows it makes it",
    codes: ["not_found"],
    async run(world) {
      for (const path of ["", "/captions", "/captions.srt"]) {
        world.refusedByHttp(await world.askRoom(path, ["captions:view", "rooms:admin"]), "not_found");
      }
      const stream = await world.events();
      expect(stream.events[0]?.frame).toMatchObject({ type: "snapshot", segments: [] });
      expect((await world.askRoom("", "captions:view")).status).toBe(200);
    },
  },
  {
    id: "R4",
    title: "settings that cannot be are refused, and change nothing",
    codes: ["bad_request", "too_large"],
    async run(world) {
      await world.askRoom("", "rooms:admin", put({ language: "en" }));
      const bad = [
        "{",
        [],
        { colour: "red" },
        { maxViewers: 0 },
        { model: "flux-general-en", diarize: true },
      ];
      for (const body of bad)
        world.refusedByHttp(await world.askRoom("", "rooms:admin", put(body)), "bad_request");
      const large = { keyterms: [`x${" ".repeat(20_000)}`] };
      world.refusedByHttp(await world.askRoom("", "rooms:admin", put(large)), "too_large");
      expect((await world.askRoom("", "rooms:admin")).json()).toHaveProperty("settings", { language: "en" });
    },
  },
  {
    id: "R5",
    title: "a room takes as many viewers as its settings say",
    codes: ["too_many_connections"],
    async run(world) {
      await world.askRoom("", "rooms:admin", put({ maxViewers: 1 }));
      const { link } = await world.watch();
      await world.refused(await world.knock(), "too_many_connections");
      link.close();
      await link.closed();
      await readmitted(world);
    },
  },
  {
    id: "R6",
    title:
      "a purge leaves nothing: viewers get an empty snapshot of a new epoch, and old positions are of no use",
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { link, mirror } = await world.watch();
      const before = mirror.position;
      const answer = await world.askRoom("", "rooms:admin", purge);
      expect([answer.status, answer.text]).toEqual([204, ""]);
      await link.until("another history", () => mirror.epoch !== before.epoch);
      const last = { type: "snapshot", reason: "epoch", version: 0, segments: [], hasEarlier: false };
      expect(link.frames.findLast(({ type }) => type === "snapshot")).toMatchObject(last);
      const { link: back } = await world.back(before);
      expect(back.frames[0]).toMatchObject({ type: "snapshot", reason: "epoch", segments: [] });
      expect((await world.captions()).segments).toEqual([]);
      const viewer = { method: "DELETE", token: await world.token("captions:view") };
      world.refusedByHttp(await world.askRoom("", "captions:view", viewer), "scope_missing");
    },
  },
  {
    id: "R7",
    title: "a session that runs goes on behind a purge",
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      await speaker.link.frame("ack");
      await world.askRoom("", "rooms:admin", purge);
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { segments } = await world.captions();
      expect(segments.length).toBeGreaterThan(0);
      expect(segments.every(({ session }) => session === speaker.ready.session)).toBe(true);
    },
  },
  {
    id: "R8",
    title: "rooms are listed by name, so many at a time, to tokens that are not for one alone",
    codes: ["room_forbidden", "bad_request"],
    async run(world) {
      const names = ["a", "b", "c"].map((name) => `${world.room}-${name}`);
      const token = await world.target.token({ scopes: ["rooms:admin"], room: `${world.room}-*` });
      for (const name of names) await world.ask(`/v1/rooms/${name}`, { ...put({ language: "en" }), token });
      const all = await world.ask("/v1/rooms", { token });
      expect(all.json()).toEqual({ rooms: names.map((room) => ({ room })), next: null });
      const first = await world.ask("/v1/rooms?limit=2", { token });
      expect(first.json()).toEqual({ rooms: names.slice(0, 2).map((room) => ({ room })), next: names[1] });
      const rest = await world.ask(`/v1/rooms?limit=2&after=${names[1]}`, { token });
      expect(rest.json()).toEqual({ rooms: [{ room: names[2] }], next: null });
      world.refusedByHttp(await world.ask("/v1/rooms?limit=0", { token }), "bad_request");
      const ofOne = await world.token("rooms:admin");
      world.refusedByHttp(await world.ask("/v1/rooms", { token: ofOne }), "room_forbidden");
      for (const name of names) await world.ask(`/v1/rooms/${name}`, { ...purge, token });
    },
  },
];
