import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const room = "phoenix";
/** Viewers come back with exponential backoff; the first tries meet a closed port. */
const returnWithinMs = 40_000;

describe("the Worker is killed while viewers hold a transcript", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  it("and started again: they come back by themselves to the same epoch, version and text", async () => {
    const before = await speech(stack, "These words must outlive the process.");
    const viewers = await Promise.all([1, 2, 3].map(() => watch(stack, room)));
    const version = await say(await startPublisher(stack, room, before), before);
    const held = await Promise.all(viewers.map((viewer) => reaches(viewer, version)));
    const [first] = held;
    expect(textOf(first?.segments ?? [])).toMatch(/words/i);

    const framesBefore = viewers.map(({ frames }) => frames.length);
    await stack.killWorker();
    for (const viewer of viewers) {
      await eventually(
        "the viewer notices",
        () => viewer.link.state,
        (state) => state === "waiting",
      );
    }
    await stack.restartWorker();
    for (const [index, viewer] of viewers.entries()) {
      await eventually(
        "the viewer is back",
        () => viewer.link.state,
        (state) => state === "open",
        returnWithinMs,
      );
      expect(viewer.captions.position).toEqual(first?.position);
      expect(viewer.captions.segments).toEqual(held[index]?.segments);
      // They asked with their position, so nothing was sent twice.
      const since = viewer.frames.slice(framesBefore[index]).filter(({ type }) => type !== "status");
      expect(since[0]).toMatchObject({ type: "delta", from: version, to: version, put: [], removed: [] });
    }

    const after = await speech(stack, "And the room goes on.");
    const later = await say(await startPublisher(stack, room, after), after);
    const { position, segments } = await reaches(viewers[0] ?? (await watch(stack, room)), later);
    expect(position?.epoch).toBe(first?.position?.epoch);
    expect(textOf(segments)).toMatch(/words.*room/is);
    for (const viewer of viewers) viewer.close();
  }, 120_000);
});
