import { describe, expect, it } from "vitest";
import type { Link } from "../../../client/index.ts";
import { errorFrame } from "../../../shared/errors.ts";
import { settle } from "../../support/virtual-time.ts";
import { delta, segment, snapshot, status } from "./frames.ts";
import type { ScriptedSocket } from "./scripted-socket.ts";
import { openViewer, viewer } from "./scripted-viewer.ts";

const waiting = (link: Link) => (link.state === "waiting" ? link : null);

describe("subscribe", () => {
  it("offers the protocol and its token, without a position at first", async () => {
    const { socket } = await viewer("secret");
    expect(socket().protocols).toEqual(["captionwire.1", "bearer.secret"]);
    expect(socket().url.href).toBe("ws://captions.test/parties/captions/demo?role=viewer&probe=1");
  });

  it("is open with the first frame, not with the socket", async () => {
    const { subscription, socket, links } = await viewer();
    await socket().open();
    expect(subscription.link).toEqual({ state: "connecting" });
    await socket().say(snapshot(0, []));
    expect(links).toEqual([{ state: "connecting" }, { state: "open", transport: "websocket" }]);
  });

  it("comes back with its position within the announced window, and misses nothing", async () => {
    const { subscription, socket, links, reopen } = await openViewer(undefined, 0.99);
    await socket().drop();
    expect(waiting(subscription.link)?.retryInMs).toBe(3_960);
    const again = await reopen();
    expect(again.url.search).toBe("?role=viewer&epoch=e1&version=3&probe=1");
    await again.say(delta(3, 5, [segment("b", 1000), segment("c", 2000)]));
    expect(subscription.captions.segments.map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(links.map(({ state }) => state)).toEqual(["connecting", "open", "waiting", "connecting", "open"]);
  });

  it("keeps what it holds on the screen while it is away", async () => {
    const { subscription, socket } = await openViewer();
    await socket().drop();
    expect(subscription.captions.segments).toHaveLength(1);
  });

  it.each([
    ["a frame that is not JSON", "{"],
    ["a frame that is not of the protocol", { type: "delta", epoch: "e1" }],
    ["a delta after a hole", delta(4, 5, [])],
    ["a delta of another epoch", delta(3, 4, [], { epoch: "e2" })],
    ["a head before its own", status(2)],
  ])("comes back after %s", async (_, frame) => {
    const { subscription, socket, seen, reopen } = await openViewer();
    const first = socket();
    const before = subscription.captions;
    await first.say(frame);
    expect(first.closedWith).toBe(1000);
    expect(subscription.link.state).toBe("waiting");
    expect(subscription.captions.segments).toBe(before.segments);
    expect(seen.at(-1)?.segments).toBe(before.segments);
    const again = await reopen();
    expect(again.url.searchParams.get("version")).toBe("3");
  });

  it("ignores whatever a replaced socket still says", async () => {
    const { subscription, socket, reopen } = await openViewer();
    const first = socket();
    await first.drop();
    await reopen();
    await first.say(delta(3, 4, [segment("ghost", 1000)]));
    await first.drop(4501);
    expect(subscription.captions.segments).toHaveLength(1);
    expect(subscription.link.state).toBe("connecting");
  });

  it("waits longer each time, and anew after a link that held", async () => {
    const { subscription, socket, time, reopen } = await openViewer(undefined, 0.99);
    const waits: (number | undefined)[] = [];
    for (let loss = 0; loss < 5; loss += 1) {
      await socket().drop();
      waits.push(waiting(subscription.link)?.retryInMs);
      await reopen();
    }
    expect(waits).toEqual([3_960, 3_960, 3_960, 7_920, 15_840]);
    await socket().say(delta(3, 3, []));
    await time.advance(11_000);
    await socket().drop();
    expect(waiting(subscription.link)?.retryInMs).toBe(3_960);
  });

  it("asks for a token before every attempt", async () => {
    let count = 0;
    const { socket, reopen } = await openViewer(() => `t${++count}`);
    await socket().drop(4401);
    const again = await reopen();
    expect(again.protocols[1]).toBe("bearer.t2");
  });

  it("ends with words when its only token has expired", async () => {
    const { subscription, socket, time, sockets } = await openViewer("fixed");
    await socket().say(errorFrame("token_expired"));
    expect(subscription.link).toMatchObject({ state: "closed", code: "token_expired" });
    await time.advance(120_000);
    expect(sockets).toHaveLength(1);
  });

  it("comes back with another ticket when its own was used", async () => {
    let count = 0;
    const { socket, reopen } = await viewer(() => `ticket${++count}`);
    await socket().open();
    await socket().say(errorFrame("ticket_used"));
    await socket().drop(4401);
    expect((await reopen()).protocols[1]).toBe("bearer.ticket2");
  });

  it("ends with words when its only ticket was used", async () => {
    const { socket, sockets, subscription, time } = await openViewer("ticket");
    await socket().drop();
    await time.advance(5_000);
    await socket().open();
    await socket().say(errorFrame("ticket_used"));
    await socket().drop(4401);
    await time.advance(120_000);
    expect(subscription.link).toMatchObject({ state: "closed", code: "ticket_used" });
    expect(sockets).toHaveLength(2);
  });

  it("ends when the room says that coming back cannot help", async () => {
    const { links, socket, time, sockets } = await openViewer();
    await socket().say(errorFrame("room_forbidden"));
    await socket().drop(4503);
    await time.advance(120_000);
    expect(sockets).toHaveLength(1);
    expect(links.at(-1)).toMatchObject({ state: "closed", code: "room_forbidden" });
  });

  it("tries again when the token source fails, and survives one that never answers", async () => {
    let count = 0;
    const { subscription, time, sockets } = await viewer(() => {
      count += 1;
      if (count === 1) throw new TypeError("offline");
      return count === 2 ? new Promise<string>(() => {}) : "t";
    });
    expect(subscription.link).toMatchObject({ state: "waiting", reason: "No token could be fetched." });
    await time.advance(20_000);
    expect(sockets).toHaveLength(1);
  });

  it("gives up an attempt that is never answered", async () => {
    const { subscription, time } = await viewer();
    await time.advance(9_999);
    expect(subscription.link.state).toBe("connecting");
    await time.advance(1);
    expect(subscription.link.state).toBe("waiting");
  });

  it("pings a quiet room and stays for its pong", async () => {
    const { subscription, socket, time } = await openViewer();
    for (let beat = 0; beat < 5; beat += 1) {
      await time.advance(15_000);
      expect(socket().sent.at(-1)).toBe("ping");
      await socket().say("pong");
    }
    expect(subscription.link.state).toBe("open");
  });

  it("comes back when a ping is not answered within 8 s", async () => {
    const { subscription, time } = await openViewer();
    await time.advance(15_000 + 7_999);
    expect(subscription.link.state).toBe("open");
    await time.advance(1);
    expect(subscription.link.state).toBe("waiting");
  });

  it("comes back when the room's head stays ahead of it", async () => {
    const { subscription, socket, time } = await openViewer();
    await socket().say(status(4));
    await time.advance(4_999);
    expect(subscription.link.state).toBe("open");
    await time.advance(1);
    expect(subscription.link.state).toBe("waiting");
  });

  it("stays when the frame that a status was ahead of arrives", async () => {
    const { subscription, socket, time } = await openViewer();
    await socket().say(status(4));
    await time.advance(3_000);
    await socket().say(delta(3, 5, [segment("b", 1000)]));
    await time.advance(10_000);
    expect(subscription.link.state).toBe("open");
  });

  it.each([
    ["an error frame", async (socket: ScriptedSocket) => socket.say(errorFrame("too_slow"))],
    ["the close code alone", async (socket: ScriptedSocket) => socket.drop(4408)],
  ])("comes back with its position after it was too slow, told by %s", async (_, end) => {
    const { subscription, socket, reopen } = await openViewer();
    await socket().say(delta(3, 4, [segment("b", 1000)]));
    await end(socket());
    expect(subscription.link.state).toBe("waiting");
    expect((await reopen()).url.search).toBe("?role=viewer&epoch=e1&version=4&probe=1");
  });

  it("leaves no timer and no socket behind when closed, at any moment", async () => {
    const moments = ["token", "socket", "open", "waiting"] as const;
    for (const moment of moments) {
      const { subscription, socket, sockets, time } =
        moment === "token" ? await viewer(() => new Promise<string>(() => {})) : await viewer();
      if (moment === "open" || moment === "waiting") {
        await socket().open();
        await socket().say(snapshot(3, [segment("a")]));
      }
      if (moment === "waiting") await socket().drop();
      subscription.close();
      await settle();
      expect(subscription.link).toMatchObject({ state: "closed", code: "done" });
      expect(time.pending).toBe(0);
      // A browser reports a close before the opening as an error, so it waits for that.
      if (moment === "socket") {
        expect(socket().closedWith).toBeNull();
        await socket().open();
        expect(subscription.link.state).toBe("closed");
      }
      if (moment === "socket" || moment === "open")
        expect(sockets.map(({ closedWith }) => closedWith)).toEqual([1000]);
    }
  });
});
