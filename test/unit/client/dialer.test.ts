import { describe, expect, it } from "vitest";
import { type Choice, firstChoice, nextChoice } from "../../../client/dialer.ts";
import type { Ending } from "../../../client/verdict.ts";
import { errorFrame } from "../../../shared/errors.ts";
import { delta, segment, snapshot } from "./frames.ts";
import type { Scene } from "./scripted-socket.ts";
import { viewer } from "./scripted-viewer.ts";

const lost: Ending = { kind: "close", code: 1006, reason: "" };
const ended: Ending = { kind: "close", code: 1000, reason: "" };
const silent: Ending = { kind: "fault", reason: "The room did not answer." };
const refused: Ending = { kind: "error", ...errorFrame("rate_limited") };
const drained: Ending = { kind: "close", code: 4412, reason: "" };

type Attempt = readonly [Ending, "frame"?];
const choiceAfter = (...attempts: Attempt[]): Choice =>
  attempts.reduce((choice, [ending, had]) => nextChoice(choice, ending, had === "frame"), firstChoice);
const onEvents: Attempt[] = [[lost], [silent], [lost]];

describe("the way to the room", () => {
  it("is a WebSocket until three in a row were not answered", () => {
    expect(choiceAfter([lost], [silent]).transport).toBe("websocket");
    expect(choiceAfter([lost], [silent], [lost]).transport).toBe("events");
  });

  it.each([
    ["a first frame", [lost, "frame"]],
    ["a refusal", [refused]],
    ["a close code of the room", [drained]],
  ] satisfies [string, Attempt][])("counts anew after %s", (_, answered) => {
    expect(choiceAfter([lost], [lost], answered, [lost], [lost]).transport).toBe("websocket");
  });

  it("stays with events that work, through losses", () => {
    expect(choiceAfter(...onEvents, [lost, "frame"], [silent, "frame"]).transport).toBe("events");
  });

  it.each([
    ["the stream was ended by the service", [ended, "frame"]],
    ["the room moved", [drained, "frame"]],
    ["events were refused", [refused]],
  ] satisfies [string, Attempt][])("tries one WebSocket after %s", (_, attempt) => {
    const once = choiceAfter(...onEvents, attempt);
    expect(once.transport).toBe("websocket");
    expect(nextChoice(once, lost, false).transport).toBe("events");
    expect(nextChoice(once, lost, true)).toEqual(firstChoice);
  });

  it("begins anew when events get no answer either", () => {
    expect(choiceAfter(...onEvents, [lost])).toEqual(firstChoice);
  });
});

/** Ends so many WebSockets before anything was heard on them. */
async function block({ socket, reopen }: Pick<Scene, "socket" | "reopen">, count: number): Promise<void> {
  for (let attempt = 0; attempt < count; attempt += 1) {
    if (attempt > 0) await reopen();
    await socket().drop();
  }
}

describe("a viewer whose WebSockets are blocked", () => {
  async function blocked() {
    const stage = await viewer();
    await block(stage, 3);
    return { ...stage, events: await stage.reopen() };
  }

  it("follows the room by events, with its token in a header", async () => {
    const { subscription, events, links } = await blocked();
    expect(subscription.transport).toBe("events");
    expect(events.url.href).toBe("http://captions.test/v1/rooms/demo/events");
    expect(events.headers).toEqual({ authorization: "Bearer t" });
    await events.say(snapshot(3, [segment("a")]));
    await events.say(delta(3, 4, [segment("b", 1000)]));
    expect(links.at(-1)).toEqual({ state: "open", transport: "events" });
    expect(subscription.captions.segments.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("comes back to the events with its position after a loss", async () => {
    const { events, reopen } = await blocked();
    await events.say(snapshot(3, [segment("a")]));
    await events.drop();
    const again = await reopen();
    expect(again.headers).toEqual({ authorization: "Bearer t", "last-event-id": "e1.3" });
  });

  it("goes back to a WebSocket after the stream has ended, with its position", async () => {
    const { subscription, events, reopen } = await blocked();
    await events.say(snapshot(3, [segment("a")]));
    await events.drop(1000);
    const again = await reopen();
    expect(again.headers).toBeNull();
    expect(again.url.search).toBe("?role=viewer&epoch=e1&version=3&probe=1");
    await again.say(delta(3, 3, []));
    expect(subscription.link).toEqual({ state: "open", transport: "websocket" });
  });

  it("lives on comments, and notices a stream that went silent", async () => {
    const { subscription, events, time } = await blocked();
    await events.say(snapshot(3, [segment("a")]));
    for (let beat = 0; beat < 5; beat += 1) {
      await time.advance(20_000);
      await events.say("pong");
    }
    expect(subscription.link.state).toBe("open");
    await time.advance(23_000);
    expect(subscription.link.state).toBe("waiting");
    expect(events.closedWith).toBe(1000);
  });

  it("ends when the room refuses it there", async () => {
    const { subscription, events, time, sockets } = await blocked();
    await events.say(errorFrame("room_forbidden"));
    expect(subscription.link).toMatchObject({ state: "closed", code: "room_forbidden" });
    await time.advance(120_000);
    expect(sockets).toHaveLength(4);
  });
});

describe("a viewer that has no token", () => {
  it("does not take that for a blocked WebSocket", async () => {
    let isOffline = true;
    const { time, sockets } = await viewer(() => {
      if (isOffline) throw new TypeError("offline");
      return "t";
    });
    await time.advance(120_000);
    isOffline = false;
    await time.advance(60_000);
    expect(sockets[0]?.headers).toBeNull();
  });
});
