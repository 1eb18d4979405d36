import { describe, expect, it } from "vitest";
import type { TokenSource } from "../../../client/index.ts";
import { createRenewal } from "../../../client/renewal.ts";
import { errorFrame } from "../../../shared/errors.ts";
import { timing } from "../../../shared/limits.ts";
import { delta, segment, snapshot } from "./frames.ts";
import { scene } from "./scripted-socket.ts";
import { openViewer, viewer } from "./scripted-viewer.ts";

const withinMs = timing.refreshGraceMs;
const refresh = { type: "refresh", withinMs };
type Source = Exclude<TokenSource, string>;
const auth = (token: string) => ({ type: "auth", token });

/** A source of tokens whose answers the test gives; each ask is one promise in `asks`. */
function askedSource() {
  const asks: PromiseWithResolvers<string>[] = [];
  /** What the source does when it is asked, besides. */
  const handleAsk = { run(): void {} };
  function source(): Promise<string> {
    const ask = Promise.withResolvers<string>();
    asks.push(ask);
    handleAsk.run();
    return ask.promise;
  }
  return { asks, handleAsk, source };
}

/** A viewer whose first token is there, and whose source has been asked for nothing else yet. */
async function heldViewer(random = 0) {
  const { asks, handleAsk, source } = askedSource();
  const opened = await viewer(source, random);
  asks[0]?.resolve("t1");
  await opened.time.advance(0);
  await opened.socket().open();
  await opened.socket().say(snapshot(3, [segment("a")]));
  asks.length = 0;
  /** Waits out the backoff, brings the token that is asked for then, and opens the socket that comes of it. */
  async function comeBack(token: string) {
    const { link } = opened.subscription;
    if (link.state !== "waiting") throw new Error("The viewer has not lost its link.");
    await opened.time.advance(link.retryInMs);
    asks.at(-1)?.resolve(token);
    await opened.time.advance(0);
    await opened.socket().open();
    return opened.socket();
  }
  return { ...opened, asks, handleAsk, comeBack };
}

/** What is told, and when the source is asked, in ms after the room's question. */
function renewal(source: Source, random: number) {
  const { ports, time } = scene(random);
  const startedAt = time.now();
  const askedAt: number[] = [];
  const told: { token: string; afterMs: number }[] = [];
  function counted() {
    askedAt.push(time.now() - startedAt);
    return typeof source === "function" ? source() : source;
  }
  const made = createRenewal(ports, counted, (token) =>
    told.push({ token, afterMs: time.now() - startedAt }),
  );
  return { ...made, time, askedAt, told };
}

describe("when a token is asked for", () => {
  it.each([
    [0, 0],
    [0.5, withinMs / 4],
    [0.999_999, withinMs / 2 - 1],
  ])("is a moment of each viewer's own in the first half of the time (%d)", async (random, afterMs) => {
    const { asked, askedAt, told, time } = renewal(() => "t2", random);
    asked(withinMs);
    expect(askedAt).toEqual([]);
    await time.advance(withinMs);
    expect(askedAt).toEqual([afterMs]);
    expect(told).toEqual([{ token: "t2", afterMs }]);
    expect(time.pending).toBe(0);
  });

  const failures: [string, Source][] = [
    ["rejects", () => Promise.reject(new TypeError("offline"))],
    [
      "throws",
      () => {
        throw new TypeError("offline");
      },
    ],
    ["never answers", () => new Promise<string>(() => {})],
    ["brings nothing", () => ""],
  ];

  it.each(failures)(
    "is once more at half of what is left when the source %s, and then no more",
    async (_, source) => {
      for (const [random, expected] of [
        [0, [0, withinMs / 2]],
        [0.5, [withinMs / 4, (withinMs * 5) / 8]],
      ] as const) {
        const { asked, askedAt, told, time } = renewal(source, random);
        asked(withinMs);
        await time.advance(10 * withinMs);
        expect(askedAt).toEqual(expected);
        expect(told).toEqual([]);
        expect(time.pending).toBe(0);
      }
    },
  );

  it("is a second time, and the answer to that is told", async () => {
    let count = 0;
    const source = () => (++count === 1 ? Promise.reject(new TypeError("offline")) : `t${count}`);
    const { asked, told, time } = renewal(source, 0);
    asked(withinMs);
    await time.advance(withinMs);
    expect(told).toEqual([{ token: "t2", afterMs: withinMs / 2 }]);
    expect(time.pending).toBe(0);
  });

  it("is not while it is under way already, and is again after the room was told", async () => {
    const { asks, source } = askedSource();
    const { asked, told, askedAt, time } = renewal(source, 0);
    asked(withinMs);
    asked(withinMs);
    await time.advance(1_000);
    asked(withinMs);
    await time.advance(1_000);
    expect(askedAt).toEqual([0]);
    asks[0]?.resolve("t2");
    await time.advance(0);
    expect(told).toEqual([{ token: "t2", afterMs: 2_000 }]);
    asked(withinMs);
    await time.advance(1_000);
    expect(askedAt).toEqual([0, 2_000]);
  });

  it("is again when the time of an earlier question ran out", async () => {
    const { asked, askedAt, time } = renewal(() => "", 0);
    asked(withinMs);
    await time.advance(withinMs);
    asked(withinMs);
    await time.advance(0);
    expect(askedAt).toEqual([0, withinMs / 2, withinMs]);
  });
});

describe("a viewer whose token has ended", () => {
  it("tells a new one on the socket it has, and shows nothing of it", async () => {
    const { socket, sockets, asks, time, subscription, links, seen } = await heldViewer(0.5);
    const shown = subscription.captions;
    const changes = { links: links.length, seen: seen.length };
    await socket().say(refresh);
    await time.advance(withinMs / 4);
    asks[0]?.resolve("t2");
    await time.advance(0);
    expect(socket().messages).toEqual([auth("t2")]);
    await socket().say({ type: "renewed", expiresAt: time.now() + 60_000 });
    expect({ links: links.length, seen: seen.length }).toEqual(changes);
    expect(subscription.captions).toBe(shown);
    expect(sockets).toHaveLength(1);
  });

  it("follows the captions and tells what it has seen while the source is asked", async () => {
    const { socket, asks, time, subscription } = await heldViewer();
    await socket().say(refresh);
    await socket().say(delta(3, 4, [segment("b", 1000)]));
    await time.advance(2 * timing.seenEveryMs);
    await socket().say(delta(4, 5, [segment("c", 2000)]));
    asks[0]?.resolve("t2");
    await time.advance(2 * timing.seenEveryMs);
    expect(socket().messages).toEqual([
      { type: "seen", version: 4 },
      auth("t2"),
      { type: "seen", version: 5 },
    ]);
    expect(subscription.captions.segments.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("tells one token when the slow source answers twice", async () => {
    const { socket, asks, time } = await heldViewer();
    await socket().say(refresh);
    await time.advance(withinMs / 2);
    expect(asks).toHaveLength(2);
    asks[0]?.resolve("late");
    asks[1]?.resolve("later");
    await time.advance(0);
    expect(socket().messages).toEqual([auth("late")]);
  });

  it("stays until the room closes when the source fails, and comes back with a newer token", async () => {
    const { socket, asks, time, subscription, comeBack } = await heldViewer();
    await socket().say(refresh);
    for (const [index, atMs] of [0, withinMs / 2].entries()) {
      await time.advance(atMs);
      asks[index]?.reject(new TypeError("offline"));
      await time.advance(0);
    }
    // The room's heartbeat: the link is not silent.
    await socket().say(delta(3, 3, []));
    await time.advance(withinMs / 2 - 1);
    expect(subscription.link.state).toBe("open");
    expect(socket().messages).toEqual([]);
    await socket().say(errorFrame("token_expired"));
    expect(subscription.link.state).toBe("waiting");
    expect((await comeBack("t2")).protocols[1]).toBe("bearer.t2");
    expect(asks).toHaveLength(3);
  });

  it("tells nobody a token that arrives after its socket was lost", async () => {
    const { socket, asks, time, comeBack } = await heldViewer();
    await socket().say(refresh);
    await time.advance(0);
    const first = socket();
    await first.drop();
    const again = await comeBack("t2");
    expect(again).not.toBe(first);
    await again.say(
      delta(3, 3, [], { welcome: { heartbeatMs: 15_000, retryWindowMs: 4_000, expiresAt: 0 } }),
    );
    asks[0]?.resolve("stale");
    await time.advance(timing.heartbeatMs);
    expect(asks).toHaveLength(2);
    expect([...first.messages, ...again.messages]).toEqual([]);
  });

  it("does not ask for a socket that was lost before the moment had come", async () => {
    const { socket, asks, time, comeBack } = await heldViewer(0.9);
    await socket().say(refresh);
    await socket().drop();
    const again = await comeBack("t2");
    await again.say(delta(3, 3, []));
    await time.advance(withinMs / 2);
    expect(asks).toHaveLength(1);
    // The room may ask on the new socket at once.
    await again.say(refresh);
    await time.advance(withinMs / 2);
    expect(asks).toHaveLength(2);
  });

  it("leaves nothing running when closed, before the source is asked, meanwhile, and by the source", async () => {
    for (const moment of ["before", "meanwhile", "by the source"] as const) {
      const { socket, asks, time, subscription, handleAsk } = await heldViewer(0.5);
      if (moment === "by the source") handleAsk.run = () => subscription.close();
      await socket().say(refresh);
      if (moment !== "before") await time.advance(withinMs / 4);
      subscription.close();
      expect(time.pending).toBe(0);
      asks[0]?.resolve("t2");
      await time.advance(3 * withinMs);
      expect(asks).toHaveLength(moment === "before" ? 0 : 1);
      expect(socket().messages).toEqual([]);
      expect(subscription.link).toMatchObject({ state: "closed", code: "done" });
    }
  });

  it("does nothing when its token is a string", async () => {
    const { socket, time, subscription } = await openViewer("fixed");
    const timers = time.pending;
    await socket().say(refresh);
    expect(time.pending).toBe(timers);
    await time.advance(timing.heartbeatMs);
    expect(socket().messages).toEqual([]);
    expect(subscription.link.state).toBe("open");
    await socket().drop(4401);
    expect(subscription.link).toMatchObject({ state: "closed", code: "token_expired" });
  });

  it("does nothing on a stream of events, which cannot carry an answer", async () => {
    let count = 0;
    const stage = await viewer(() => `t${++count}`);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      if (attempt > 0) await stage.reopen();
      await stage.socket().drop();
    }
    const events = await stage.reopen();
    await events.say(snapshot(3, [segment("a")]));
    expect(stage.subscription.transport).toBe("events");
    const before = { count, timers: stage.time.pending };
    await events.say(refresh);
    await events.say({ type: "renewed", expiresAt: 0 });
    expect({ count, timers: stage.time.pending }).toEqual(before);
    await stage.time.advance(timing.heartbeatMs);
    expect(count).toBe(before.count);
    expect(events.messages).toEqual([]);
    expect(stage.subscription.link.state).toBe("open");
  });
});
