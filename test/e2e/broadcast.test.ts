import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { align, countEdits } from "../../cli/wer/align.ts";
import { normalise } from "../../cli/wer/normalise.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const text = "The sun rises over the old harbour. Small boats come home with the morning tide.";
/** A tiny recogniser on a synthetic voice: this catches a broken path, not a weak model. */
const worstWer = 0.35;

describe("a broadcast on real speech", () => {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack?.close());

  it("is read back by a viewer to its last word, and by one who comes late", async () => {
    const room = "harbour";
    const spoken = await speech(stack, text);
    const viewer = await watch(stack, room);
    const publisher = await startPublisher(stack, room, spoken);
    const version = await say(publisher, spoken);
    const { segments, position, interim } = await reaches(viewer, version);

    const words = normalise(textOf(segments));
    const reference = normalise(text);
    expect(countEdits(align(reference, words)) / reference.length).toBeLessThan(worstWer);
    expect(words.at(-1)).toBe("tide");
    expect(interim).toBeNull();

    const late = await watch(stack, room);
    expect(late.frames[0]).toMatchObject({ type: "snapshot", reason: "new", version });
    expect(late.captions.position).toEqual(position);
    expect(late.captions.segments).toEqual(segments);
    viewer.close();
    late.close();
  });
});
