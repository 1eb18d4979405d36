import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { joinRoom } from "../support/member.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const StatsSchema = v.object({ listenSockets: v.number() });
const viewerCount = 20;
const room = "crowd";

describe("a room with three who would publish and twenty viewers", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  const listenSockets = async (): Promise<number> => {
    const response = await fetch(`${stack.engineUrl}/engine/stats`);
    return v.parse(StatsSchema, await response.json()).listenSockets;
  };

  it("holds one socket to the engine, and one publisher", async () => {
    const spoken = await speech(stack, "One voice is heard by everybody in the room.");
    const viewers = await Promise.all(Array.from({ length: viewerCount }, () => watch(stack, room)));
    const publisher = await startPublisher(stack, room, spoken);
    const saying = say(publisher, spoken);
    await eventually("the room dials the engine", listenSockets, (count) => count > 0);

    for (const refused of [1, 2]) {
      const token = await stack.token({ scopes: ["captions:publish"], room });
      const member = await joinRoom({ url: stack.url, room, role: "publisher", token });
      member.send(JSON.stringify({ type: "start", ...spoken.format }));
      const closed = await member.closed();
      expect(closed.code, `publisher ${refused + 1}`).toBe(4509);
      expect(member.frames.at(-1)).toMatchObject({ type: "error", code: "publisher_present", retry: false });
      expect(await listenSockets()).toBe(1);
    }

    const version = await saying;
    const texts = await Promise.all(
      viewers.map(async (viewer) => textOf((await reaches(viewer, version)).segments)),
    );
    expect(texts[0]).toMatch(/voice/i);
    expect(new Set(texts).size).toBe(1);
    await eventually("the room lets go of the engine", listenSockets, (count) => count === 0);
    for (const viewer of viewers) viewer.close();
  });
});
