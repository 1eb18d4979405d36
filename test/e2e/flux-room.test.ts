import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { normalise } from "../../cli/wer/normalise.ts";
import { samplesToMs } from "../../shared/audio.ts";
import { reaches, say, startPublisher, textOf, watch } from "../support/live.ts";
import { speech } from "../support/speech.ts";
import { startStack, type TestStack } from "../support/stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack?.close());

/** Longer than the engine keeps a Flux socket to which nothing is sent. */
const pauseMs = 13_000;

const lines = [
  "She poured a cup of tea and opened the morning paper.",
  "The committee could not agree on the price of the new bridge.",
] as const;

it("captions a room with Flux, across a pause in which no audio is sent at all", async () => {
  const room = "turns";
  const before = await speech(stack, lines[0]);
  const after = await speech(stack, lines[1]);
  const viewer = await watch(stack, room);
  const publisher = await startPublisher(stack, room, before, { model: "flux-general-en" });
  const frameBytes = 3_200;
  for (let at = 0; at < before.data.length; at += frameBytes) {
    publisher.write(before.data.subarray(at, at + frameBytes));
    await sleep(100);
  }
  await sleep(pauseMs);
  const { segments } = await reaches(viewer, await say(publisher, after));
  expect(normalise(textOf(segments))).toEqual(normalise(lines.join(" ")));
  expect(segments.filter(({ kind }) => kind === "gap")).toEqual([]);
  // What kept the socket open meanwhile is no audio of the session: the second turn begins where the first one's ended.
  const firstEndsAt = samplesToMs(before.data.length / 2, before.format);
  const second = segments.find(({ text }) => /committee/i.test(text));
  expect(Math.abs((second?.start ?? 0) - firstEndsAt)).toBeLessThan(700);
  viewer.close();
}, 60_000);
