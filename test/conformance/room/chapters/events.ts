import { expect } from "vitest";
import type { ViewerFrame } from "../../../../shared/protocol.ts";
import { ended } from "../payload.ts";
import type { Rule } from "../rule.ts";

/** A sentence that is spoken again and again until it is heard while it is spoken. */
const sentencesMax = 12;

/** Each as often as it changed. */
function statesIn(frames: readonly ViewerFrame[]): string[] {
  const all = frames.flatMap((frame) => ("status" in frame ? [frame.status.state] : []));
  return all.filter((state, at) => state !== all[at - 1]);
}

function interimsIn(frames: readonly ViewerFrame[]): string[] {
  return frames.flatMap((frame) =>
    frame.type === "delta" && frame.interim !== null ? [frame.interim.text] : [],
  );
}

/** The viewer's frames as server-sent events. */
export const events: readonly Rule[] = [
  {
    id: "L1",
    title: "each event is a viewer's frame, and its id the position that it leads to",
    async run(world) {
      const { world: there, version } = await world.library.captioned();
      const stream = await there.events();
      expect(stream.headers.get("content-type")).toContain("text/event-stream");
      expect(stream.headers.get("cache-control")).toContain("no-store");
      const [first] = stream.events;
      expect(first?.frame).toMatchObject({ type: "snapshot", reason: "new", version });
      expect(first?.frame).toHaveProperty("welcome");
      expect(first?.id).toBe(`${stream.mirror.epoch}.${version}`);
      expect(stream.mirror.segments).toEqual((await there.captions()).segments);
    },
  },
  {
    id: "L2",
    title: "what is said, and how the room stands, reaches the stream's reader as it reaches a viewer",
    alone: true,
    async run(world) {
      const viewer = await world.watch();
      const stream = await world.events();
      const speaker = await world.speak();
      // As it is spoken: what comes faster may be final before it is said.
      for (let times = 0; times < sentencesMax && interimsIn(viewer.link.frames).length === 0; times += 1)
        await speaker.say(await world.library.sentence(), 1);
      const version = await speaker.finish();
      await stream.until("the last words", () => stream.mirror.version === version);
      await viewer.link.until("the end", () => viewer.mirror.status?.state === "ended");
      await stream.until("the end", () => stream.mirror.status?.state === "ended");
      expect(stream.mirror.segments).toEqual((await world.captions()).segments);
      const frames = stream.events.map(({ frame }) => frame);
      expect(statesIn(frames)).toEqual(statesIn(viewer.link.frames));
      const heard = interimsIn(frames);
      expect(interimsIn(viewer.link.frames).some((text) => heard.includes(text))).toBe(true);
      for (const { id, frame } of stream.events) {
        if (frame.type === "snapshot") expect(id).toBe(`${frame.epoch}.${frame.version}`);
        if (frame.type === "delta") expect(id).toBe(`${frame.epoch}.${frame.to}`);
      }
    },
  },
  {
    id: "L3",
    title: "Last-Event-ID resumes, before what the address says",
    async run(world) {
      const { world: there, version } = await world.library.captioned();
      const { epoch } = await there.captions();
      const headers = { "last-event-id": `${epoch}.1` };
      const path = `/v1/rooms/${there.room}/events?epoch=${epoch}&version=0`;
      const byHeader = await there.events(path, { headers });
      expect(byHeader.events[0]?.frame).toMatchObject({ type: "delta", from: 1, to: version });
      const byAddress = await there.events(path);
      expect(byAddress.events[0]?.frame).toMatchObject({ type: "delta", from: 0, to: version });
      const unknown = await there.events(path, { headers: { "last-event-id": "another.1" } });
      expect(unknown.events[0]?.frame).toMatchObject({ type: "snapshot", reason: "epoch" });
    },
  },
  {
    id: "L4",
    title: "each reader is told its own time to come back after",
    async run(world) {
      const { world: there } = await world.library.captioned();
      const stream = await there.events();
      const [first] = stream.events;
      const welcome = first?.frame.type === "snapshot" ? first.frame.welcome : undefined;
      expect(stream.retryMs).toBeGreaterThan(0);
      expect(stream.retryMs).toBeLessThanOrEqual(welcome?.retryWindowMs ?? 0);
    },
  },
  {
    id: "L5",
    title: "a quiet stream is kept alive by comments",
    timeoutMs: 120_000,
    async run(world) {
      await world.watch();
      const stream = await world.events();
      await stream.until("a comment", () => stream.comments.length > 0, 30_000);
      expect(stream.hasEnded).toBe(false);
    },
  },
  {
    id: "L6",
    title: "a stream ends with its token, and says so",
    timeoutMs: 120_000,
    async run(world) {
      await world.watch();
      const token = await world.token("captions:view", { ttl: 1 });
      const stream = await world.events(undefined, { token });
      await ended(token);
      // It ends with the next thing there is to say.
      await world.askRoom("", "rooms:admin", { method: "DELETE" });
      await stream.until("the end", () => stream.hasEnded);
      expect(stream.events.at(-1)?.frame).toMatchObject({
        type: "error",
        code: "token_expired",
        retry: true,
      });
    },
  },
];
