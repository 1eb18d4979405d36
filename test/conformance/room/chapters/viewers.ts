import { expect } from "vitest";
import type { PublisherFrame } from "../../../../shared/protocol.ts";
import type { Link } from "../link.ts";
import type { Rule } from "../rule.ts";
import { msOf, start } from "../speaker.ts";

/** Fewer than a room lets wait. */
const socketsAhead = 6;

/** A viewer's first frame, and how it comes back. */
export const viewers: readonly Rule[] = [
  {
    id: "V1",
    title: "the first frame of an empty room is a snapshot without anything in it",
    async run(world) {
      const { link } = await world.watch();
      expect(link.frames[0]).toMatchObject({
        type: "snapshot",
        reason: "new",
        version: 0,
        segments: [],
        hasEarlier: false,
        interim: null,
        session: null,
        status: { state: "idle" },
      });
    },
  },
  {
    id: "V1",
    title: "the first frame of a room with captions holds them",
    async run(world) {
      const { world: there, version, session } = await world.library.captioned();
      const { mirror, link } = await there.watch();
      expect(link.frames[0]).toMatchObject({ type: "snapshot", reason: "new", version });
      expect(mirror.segments.length).toBeGreaterThanOrEqual(2);
      expect(mirror.session?.id).toBe(session);
    },
  },
  {
    id: "V2",
    title: "the first frame welcomes, and no later one",
    async run(world) {
      const before = Date.now();
      const { link, mirror } = await world.watch({ token: await world.token("captions:view", { ttl: 300 }) });
      const [first] = link.frames;
      if (first?.type !== "snapshot") throw new Error("The first frame is no snapshot.");
      const { heartbeatMs = 0, retryWindowMs = 0, expiresAt = 0 } = first.welcome ?? {};
      expect(heartbeatMs).toBeGreaterThan(0);
      expect(retryWindowMs).toBeGreaterThan(0);
      expect(expiresAt).toBeGreaterThan(before);
      const { epoch } = mirror.position;
      await world.askRoom("", "rooms:admin", { method: "DELETE" });
      await link.until("a later snapshot", () => mirror.epoch !== epoch);
      expect(link.frames.slice(1).filter((frame) => "welcome" in frame)).toEqual([]);
    },
  },
  {
    id: "V3",
    title: "who stands at the head gets an empty delta",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { mirror } = await there.watch();
      const { link } = await there.back(mirror.position);
      const { version, epoch } = mirror.position;
      const expected = { type: "delta", epoch, from: version, to: version, put: [], removed: [] };
      expect(link.frames[0]).toMatchObject(expected);
      expect(link.frames[0]).toHaveProperty("welcome");
    },
  },
  {
    id: "V4",
    title: "who comes back from anywhere gets all that changed since, in one delta, and has it all",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { mirror: whole } = await there.watch();
      const { epoch, version: head } = whole.position;
      for (let from = 0; from < head; from += 1) {
        const { link } = await there.back({ epoch, version: from });
        const [first] = link.frames;
        if (first?.type !== "delta") throw new Error(`From ${from} came ${JSON.stringify(first)}`);
        expect(first).toMatchObject({ from, to: head, removed: [] });
        const held = whole.segments.filter(({ version }) => version <= from);
        const all = [...held, ...first.put].toSorted((a, b) => a.start - b.start);
        expect(all).toEqual(whole.segments);
      }
    },
  },
  {
    id: "V5",
    title: "who comes from another history gets a snapshot with the reason epoch",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { mirror, link } = await there.back({ epoch: "another-history", version: 1 });
      expect(link.frames[0]).toMatchObject({ type: "snapshot", reason: "epoch" });
      expect(mirror.segments).toEqual((await there.captions()).segments);
    },
  },
  {
    id: "V6",
    title: "who comes from the future gets a snapshot with the reason ahead",
    async run(world) {
      const { world: there, version } = await world.library.captioned();
      const { epoch } = (await there.watch()).mirror.position;
      const { link } = await there.back({ epoch, version: version + 1 });
      expect(link.frames[0]).toMatchObject({ type: "snapshot", reason: "ahead", version });
    },
  },
  {
    id: "V7",
    title: "half a position, or none that could be one, is as good as none",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const { epoch } = (await there.watch()).mirror.position;
      for (const query of [
        { epoch },
        { version: 1 },
        { epoch, version: "-1" },
        { epoch: "a b", version: 1 },
      ]) {
        const { link } = await there.watch({ query });
        expect(link.frames[0]).toMatchObject({ type: "snapshot", reason: "new" });
      }
    },
  },
  {
    id: "V8",
    title: "who missed a removal is told of it",
    async run(world) {
      const speaker = await world.speak({ position: 0 });
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { mirror } = await world.watch();
      const [segment] = mirror.segments;
      if (segment === undefined) throw new Error("Nothing was captioned.");
      const before = mirror.position;
      await world.askRoom(`/captions/${segment.id}`, "captions:edit", {
        method: "PATCH",
        body: { text: "" },
      });
      const { link } = await world.back(before);
      expect(link.frames[0]).toMatchObject({ type: "delta", removed: [segment.id], put: [] });
    },
  },
  {
    id: "V9",
    title: "a position is good in a room that has lost its memory",
    needs: "evictRoom",
    timeoutMs: 120_000,
    async run(world) {
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      await speaker.finish();
      const { mirror } = await world.watch();
      await world.target.faults?.evictRoom?.(world.room);
      const { link } = await world.back(mirror.position);
      const { epoch, version } = mirror.position;
      const expected = { type: "delta", epoch, from: version, to: version, put: [], removed: [] };
      expect(link.frames[0]).toMatchObject(expected);
      expect((await world.captions()).segments).toEqual(mirror.segments);
    },
  },
  {
    id: "V10",
    title: "a long transcript comes with its newest part; the rest is there to be asked for",
    timeoutMs: 120_000,
    async run(world) {
      // Gaps are made quicker than captions: a publisher that comes back each time with a later position.
      const key = "key-of-the-long-room-00";
      const stepSamples = 1_600;
      const gaps = 502;
      const token = await world.token("captions:publish");
      const sockets: Promise<Link<PublisherFrame>>[] = [];
      for (let at = 0, asked = 0; at <= gaps; at += 1) {
        // Far away, a socket takes its time.
        for (; asked <= gaps && sockets.length < socketsAhead; asked += 1)
          sockets.push(world.knockAsPublisher({ token }));
        const link = await sockets.shift();
        link?.send({ ...start, key, position: at * stepSamples });
        await link?.frame("ready");
        link?.close();
      }
      const { version, segments, hasEarlier, epoch } = await world.captions();
      expect(segments).toHaveLength(500);
      expect(hasEarlier).toBe(true);
      expect(segments.at(-1)).toMatchObject({ kind: "gap", end: Math.round(msOf(gaps * stepSamples)) });
      const [first] = segments;
      const older = await world.askRoom(`/captions?before=${first?.id}`, "captions:view");
      expect(older.json()).toMatchObject({ hasEarlier: false, segments: { length: version - 500 } });
      const { link } = await world.back({ epoch, version: 1 });
      expect(link.frames[0]).toMatchObject({ type: "snapshot", reason: "behind", version, hasEarlier: true });
    },
  },
];
