import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSigningSecret } from "../../cli/keys/make.ts";
import { NodeRooms } from "../conformance/room/hosts/node-rooms.ts";
import { type Outcome, speakThrough } from "../support/interrupted.ts";
import { type MortalEngine, startMortalEngine } from "../support/mortal-engine.ts";
import { expectNothingLost, expectSaid } from "../support/nothing-lost.ts";
import { clearLines, midSentence, type Recording, record } from "../support/recording.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const lines = clearLines.slice(0, 3);
const timeout = 100_000;

describe("rooms in a Node process behind the edge Worker", () => {
  let engine: MortalEngine;
  let rooms: NodeRooms;
  let stack: TestStack;
  let recording: Recording;
  let undisturbed: Promise<Outcome>;

  beforeAll(async () => {
    engine = await startMortalEngine();
    recording = await record(engine.url, lines);
    const TOKEN_SECRET = newSigningSecret();
    rooms = await NodeRooms.start({
      TOKEN_SECRET,
      DEEPGRAM_BASE_URL: engine.url,
      DEEPGRAM_API_KEY: "any",
    });
    stack = await startStack({
      engineUrl: engine.url,
      providerUrl: engine.url,
      variables: { TOKEN_SECRET, ROOMS_URL: rooms.url },
    });
    rooms.edgeAt(stack.url);
    undisturbed = speakThrough(stack, "undisturbed", recording);
    undisturbed.catch(() => {}); // told by the first test
  });
  afterAll(async () => {
    await stack?.close();
    await rooms?.close();
    await engine?.stop();
  });

  it.concurrent("show viewers what is said, word for word", { timeout }, async () => {
    expectSaid(await undisturbed, lines);
  });

  it.concurrent("lose nothing when one is evicted in the middle of a sentence", { timeout }, async () => {
    const outcome = await speakThrough(stack, "evicted", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 1));
        expect(await rooms.evict("local/evicted")).toBe(true);
      },
    });
    expectNothingLost(outcome, await undisturbed);
    // The viewer was cut off, and came back with its position.
    const welcomed = outcome.frames.filter((frame) => "welcome" in frame);
    expect(welcomed.length).toBeGreaterThan(1);
  });

  it("let nobody in for whom the edge has not vouched", async () => {
    const answer = await fetch(`${rooms.url}/parties/captions/local:undisturbed/state`);
    expect([answer.status, await answer.json()]).toMatchObject([401, { code: "unauthenticated" }]);
  });
});
