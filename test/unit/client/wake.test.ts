import { describe, expect, it } from "vitest";
import { delta, segment, snapshot } from "./frames.ts";
import { openViewer, viewer } from "./scripted-viewer.ts";

describe("a viewer that wakes", () => {
  it("asks an open link at once, and stays where it answers", async () => {
    const { subscription, socket, time, wake } = await openViewer();
    await time.advance(1_000);
    wake();
    expect(socket().sent.at(-1)).toBe("ping");
    await time.advance(3_999);
    await socket().say("pong");
    await time.advance(10_000);
    expect(subscription.link.state).toBe("open");
  });

  it("comes back from a link that does not answer, with its position and a part of the window", async () => {
    const { subscription, socket, sockets, time, wake } = await openViewer();
    await time.advance(1_000);
    wake();
    await time.advance(4_000);
    // Half of what the room announced.
    expect(subscription.link).toMatchObject({
      state: "waiting",
      retryInMs: 2_000,
      reason: "The connection went silent.",
    });
    await time.advance(2_000);
    expect(sockets).toHaveLength(2);
    expect(socket().url.searchParams.get("version")).toBe("3");
    await socket().open();
    await socket().say(
      delta(3, 4, [segment("b", 1_000)], {
        welcome: { heartbeatMs: 15_000, retryWindowMs: 4_000, expiresAt: 0 },
      }),
    );
    expect(subscription.link.state).toBe("open");
    expect(subscription.captions.segments.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("finds out by its clock alone that it has slept", async () => {
    const { socket, time, sleep } = await openViewer();
    await time.advance(10_000);
    const before = socket().sent.length;
    sleep(3_600_000);
    await time.advance(5_000);
    expect(socket().sent.slice(before)).toContain("ping");
    // A page out of sight has its timers a little late.
    await socket().say("pong");
    const after = socket().sent.length;
    sleep(15_000);
    await time.advance(5_000);
    expect(socket().sent.length).toBe(after);
  });

  it("does not wait for a late try", async () => {
    const { sockets, socket, subscription, time, wake } = await viewer(undefined, 0.9);
    for (let loss = 0; loss < 5; loss += 1) {
      const count = sockets.length;
      await socket().drop();
      while (sockets.length === count) await time.advance(100);
    }
    await socket().drop();
    expect(subscription.link).toMatchObject({ state: "waiting", retryInMs: 27_000 });
    const count = sockets.length;
    await time.advance(1_000);
    wake();
    // Not before a part of the window, because a network comes back for all who are in it.
    expect(subscription.link).toMatchObject({ state: "waiting", retryInMs: 1_800 });
    await time.advance(1_799);
    expect(sockets).toHaveLength(count);
    await time.advance(1);
    expect(sockets).toHaveLength(count + 1);
    // What was learned before no longer counts.
    await socket().drop();
    expect(subscription.link).toMatchObject({ state: "waiting", retryInMs: 1_800 });
  });

  it("does not put off what is due sooner", async () => {
    const { sockets, socket, time, wake } = await viewer(undefined, 0.5);
    await socket().drop();
    await time.advance(900);
    wake();
    await time.advance(100);
    expect(sockets).toHaveLength(2);
  });

  it("is woken once in five seconds by a network that comes and goes", async () => {
    const { socket, time, wake } = await openViewer();
    for (let second = 0; second < 60; second += 1) {
      wake();
      await socket().say("pong");
      await time.advance(1_000);
    }
    expect(socket().sent.filter((item) => item === "ping")).toHaveLength(12);
  });

  it("lets a stream of events be that speaks by itself, and comes back from one that has not", async () => {
    const { subscription, sockets, socket, time, wake, sleep } = await viewer(undefined, 0);
    while (subscription.transport === "websocket") {
      const count = sockets.length;
      await socket().drop();
      while (sockets.length === count) await time.advance(100);
    }
    await socket().open();
    await socket().say(snapshot(3, [segment("a")]));
    await time.advance(6_000);
    wake();
    await time.advance(5_000);
    expect(subscription.link.state).toBe("open");
    sleep(60_000);
    wake();
    expect(subscription.link.state).toBe("waiting");
  });

  it("sleeps for good once it is closed", async () => {
    const { subscription, socket, time, wake } = await openViewer();
    await time.advance(6_000);
    subscription.close();
    const before = socket().sent.length;
    wake();
    await time.advance(60_000);
    expect(socket().sent).toHaveLength(before);
    expect(subscription.link.state).toBe("closed");
    expect(time.pending).toBe(0);
  });
});
