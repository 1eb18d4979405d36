import { expect } from "vitest";
import type { Rule } from "../rule.ts";
import { silence, start } from "../speaker.ts";

/** What a room tells of itself, and whether it is still there. */
export const status: readonly Rule[] = [
  {
    id: "S1",
    title: "viewers are told how the room stands whenever that changes: idle, live, ended",
    async run(world) {
      const { link, mirror } = await world.watch();
      expect(mirror.status?.state).toBe("idle");
      const speaker = await world.speak();
      await link.until("the room is live", () => mirror.status?.state === "live");
      const live = mirror.status;
      await speaker.finish();
      await link.until("the session has ended", () => mirror.status?.state === "ended");
      expect(mirror.status?.since).toBeGreaterThanOrEqual(live?.since ?? 0);
      expect(mirror.session?.id).toBe(speaker.ready.session);
      const told = await world.askRoom("", "captions:view");
      expect(told.json()).toMatchObject({ state: "ended" });
    },
  },
  {
    id: "S2",
    title: "viewers are told that the publisher is away, and that it is back",
    async run(world) {
      const { link, mirror } = await world.watch();
      const key = "key-of-who-comes-and-goes";
      const speaker = await world.speak({ key });
      await link.until("the room is live", () => mirror.status?.state === "live");
      speaker.link.cut();
      await link.until("the publisher is away", () => mirror.status?.reason === "publisher_away");
      expect(mirror.status?.state).toBe("recovering");
      await world.speak({ key });
      await link.until("the publisher is back", () => mirror.status?.state === "live");
      expect(mirror.status).not.toHaveProperty("reason");
    },
  },
  {
    id: "S3",
    title:
      "while a session runs, no heartbeatMs ends without the head having been told in it or in the one before",
    timeoutMs: 120_000,
    async run(world) {
      const { link, mirror } = await world.watch();
      const [first] = link.frames;
      const heartbeatMs = first?.type === "snapshot" ? (first.welcome?.heartbeatMs ?? 0) : 0;
      const speaker = await world.speak();
      speaker.link.send(silence(200));
      await link.until("the room is live", () => mirror.status?.state === "live");
      const count = link.frames.length;
      // What a busy machine takes is not counted.
      await link.until("a heartbeat", () => link.frames.length > count, 2 * heartbeatMs + 5_000);
      expect(link.frames[count]).toMatchObject({ type: "status", ...mirror.position, viewers: 1 });
    },
  },
  {
    id: "S4",
    title: "the text ping is answered by the text pong, to viewers and to publishers",
    async run(world) {
      const { link } = await world.watch();
      const publisher = await world.knockAsPublisher();
      for (const member of [link, publisher]) {
        member.send("ping");
        await member.until("pong", () => member.words.includes("pong"));
      }
    },
  },
  {
    id: "S5",
    title: "the publisher is told how many watch, once for all who come within a second",
    async run(world) {
      await world.watch();
      const { link } = await world.speak();
      const second = await world.watch();
      await link.find("two viewers", (frame) => frame.type === "audience" && frame.viewers === 2);
      second.link.close();
      await link.until("one viewer", () => {
        const last = link.frames.findLast((frame) => frame.type === "audience");
        return last?.viewers === 1;
      });
      const told = link.frames.filter(({ type }) => type === "audience").length;
      const began = performance.now();
      const comers = 12;
      for (let at = 0; at < comers; at += 1) await world.watch();
      await link.find("all of them", (frame) => frame.type === "audience" && frame.viewers === comers + 1);
      const more = link.frames.filter(({ type }) => type === "audience").length - told;
      const seconds = Math.ceil((performance.now() - began) / 1_000);
      expect(more).toBeLessThanOrEqual(seconds + 1);
    },
  },
  {
    id: "S6",
    title: "who comes with probe=1 is asked for the time, and nobody else is",
    async run(world) {
      const asked = await world.watch({ query: { probe: 1 } });
      const other = await world.watch();
      const publisher = await world.knockAsPublisher({ query: { probe: 1 } });
      publisher.send(start);
      await publisher.frame("ready");
      const { at } = await asked.link.frame("probe");
      asked.link.send({ type: "probed", at, now: Date.now() });
      publisher.send({ type: "finish" });
      await publisher.closed();
      await other.link.until("the session has ended", () => other.mirror.status?.state === "ended");
      expect(asked.link.isOpen).toBe(true);
      expect(other.link.frames.filter(({ type }) => type === "probe")).toEqual([]);
    },
  },
  {
    id: "S7",
    title: "what a viewer says it has seen is taken without an answer",
    async run(world) {
      const { link, mirror } = await world.watch();
      link.send({ type: "seen", version: mirror.version });
      link.send({ type: "seen", version: 1_000_000 });
      link.send("ping");
      await link.until("pong", () => link.words.includes("pong"));
      expect(link.frames).toHaveLength(1);
      expect(link.isOpen).toBe(true);
    },
  },
];
