import { expect } from "vitest";
import { payloadOf } from "../payload.ts";
import type { Rule } from "../rule.ts";

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
    title: "what is said reaches the stream's reader as it reaches a viewer",
    async run(world) {
      await world.watch();
      const stream = await world.events();
      const speaker = await world.speak();
      await speaker.say(await world.library.sentence());
      const version = await speaker.finish();
      await stream.until("the last words", () => stream.mirror.version === version);
      expect(stream.mirror.segments).toEqual((await world.captions()).segments);
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
      await new Promise((resolve) => setTimeout(resolve, payloadOf(token).exp * 1_000 + 5_500 - Date.now()));
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
