import { expect } from "vitest";
import { gapEndMs, makeGaps } from "../gaps.ts";
import type { Rule } from "../rule.ts";
import type { World } from "../world.ts";

/** Segments that are removed at the same time. */
const removedAtOnce = 10;

/** Removes every segment of the room, one change each; answers how many. */
async function removeAll(world: World): Promise<number> {
  const token = await world.token("captions:edit");
  const remove = { method: "PATCH", token, body: { text: "" } };
  let count = 0;
  for (;;) {
    const { segments } = await world.captions();
    if (segments.length === 0) return count;
    for (let at = 0; at < segments.length; at += removedAtOnce) {
      const part = segments.slice(at, at + removedAtOnce);
      const answers = part.map(({ id }) => world.askRoom(`/captions/${id}`, "captions:edit", remove));
      for (const { status } of await Promise.all(answers)) expect(status).toBe(204);
      count += part.length;
    }
  }
}

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
        expect(first).toMatchObject({ from, to: head });
        expect(whole.segments.filter(({ id }) => first.removed.includes(id))).toEqual([]);
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
      expect(link.frames[0]).toMatchObject({
        type: "delta",
        from: before.version,
        removed: [segment.id],
        put: [],
      });
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
    title: "a long transcript comes with its newest part, and 1,000 removals are remembered",
    needs: "longRoom",
    timeoutMs: 240_000,
    async run(world) {
      const remembered = 1_000;
      await makeGaps(world, 0, remembered + 1);
      const { version: full, segments, hasEarlier, epoch } = await world.captions();
      expect(segments).toHaveLength(500);
      expect(hasEarlier).toBe(true);
      expect(segments.at(-1)).toMatchObject({ kind: "gap", end: gapEndMs(remembered + 1) });
      const [first] = segments;
      const older = await world.askRoom(`/captions?before=${first?.id}`, "captions:view");
      expect(older.json()).toMatchObject({ hasEarlier: true, segments: { length: 500 } });
      const behind = { type: "snapshot", reason: "behind" };
      const far = await world.back({ epoch, version: full - 501 });
      expect(far.link.frames[0]).toMatchObject({ ...behind, version: full, hasEarlier: true });
      const near = await world.back({ epoch, version: full - 500 });
      expect(near.link.frames[0]).toMatchObject({ type: "delta", to: full, put: { length: 500 } });

      const version = full + (await removeAll(world));
      expect(version).toBe(full + remembered + 1);
      const missed = await world.back({ epoch, version: full });
      expect(missed.link.frames[0]).toMatchObject({ ...behind, version, segments: [] });
      const { link } = await world.back({ epoch, version: full + 1 });
      expect(link.frames[0]).toMatchObject({ type: "delta", to: version, removed: { length: remembered } });
    },
  },
];
