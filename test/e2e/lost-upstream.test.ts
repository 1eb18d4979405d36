import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { type CutProxy, startCutProxy } from "../../testing/cut-proxy.ts";
import { type Outcome, speakThrough } from "../support/interrupted.ts";
import { type MortalEngine, startMortalEngine } from "../support/mortal-engine.ts";
import { expectNothingLost, expectSaid } from "../support/nothing-lost.ts";
import { clearLines, midSentence, type Recording, record } from "../support/recording.ts";
import { startStack, type TestStack } from "../support/stack.ts";

const timeout = 100_000;
/**
 * Longer than any wait before an attempt in these outages. A new socket that must leave a long hole behind then begins
 * in silence: were it to begin inside a word, the recogniser might rightly hear something else.
 */
const longPause = { after: 2, ms: 7_000 };

/** A Worker of its own for each, so that one room's faults are no other's; the engine behind them is one. */
type Wired = { readonly stack: TestStack; readonly proxy: CutProxy };

describe("the wire to the speech engine fails in the middle of a sentence", () => {
  let engine: MortalEngine;
  let recording: Recording;
  let undisturbed: Promise<Outcome>;
  const wired: Wired[] = [];

  beforeAll(async () => {
    engine = await startMortalEngine();
    recording = await record(engine.url, clearLines, longPause);
    const wire = async (): Promise<Wired> => {
      const proxy = await startCutProxy(engine.url);
      return { proxy, stack: await startStack({ engineUrl: engine.url, providerUrl: proxy.url }) };
    };
    wired.push(...(await Promise.all(Array.from({ length: 7 }, wire))));
    undisturbed = speakThrough(at(0).stack, "undisturbed", recording);
    undisturbed.catch(() => {}); // told by the last test
  });
  afterAll(async () => {
    await Promise.all(wired.map(({ stack }) => stack.close()));
    await Promise.all(wired.map(({ proxy }) => proxy.close()));
    await engine?.stop();
  });

  const at = (index: number): Wired => {
    const found = wired[index];
    if (found === undefined) throw new Error("The Workers did not start.");
    return found;
  };

  it.concurrent("by a reset, twice: nothing is lost and nothing doubled", { timeout }, async () => {
    const { stack, proxy } = at(1);
    const outcome = await speakThrough(stack, "reset", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 1));
        proxy.cut("reset");
        await spokenTo(midSentence(recording, 3));
        proxy.cut("end");
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it.concurrent("for two seconds: what was said meanwhile is heard again", { timeout }, async () => {
    const { stack, proxy } = at(2);
    const outcome = await speakThrough(stack, "short-outage", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 2));
        proxy.refuse();
        await sleep(2_000);
        proxy.heal();
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it.concurrent("for ten seconds: the long hole is filled in afterwards", { timeout }, async () => {
    const { stack, proxy } = at(3);
    const outcome = await speakThrough(stack, "long-outage", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 0));
        proxy.refuse();
        await spokenTo(recording.sentences[longPause.after]?.endMs ?? 0);
        proxy.heal();
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it.concurrent("until the middle of another sentence: no word is torn where live captions go on", {
    timeout,
  }, async () => {
    const { stack, proxy } = at(6);
    const outcome = await speakThrough(stack, "torn-outage", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 0));
        proxy.refuse();
        await spokenTo(midSentence(recording, 3));
        proxy.heal();
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it.concurrent("for ever, and without a word: a socket that says nothing is replaced", {
    timeout,
  }, async () => {
    const { stack, proxy } = at(4);
    const outcome = await speakThrough(stack, "stranded", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 1));
        proxy.strand();
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it.concurrent("for four seconds, and then everything passes at once", { timeout }, async () => {
    const { stack, proxy } = at(5);
    const outcome = await speakThrough(stack, "stalled", recording, {
      disturb: async (spokenTo) => {
        await spokenTo(midSentence(recording, 1));
        proxy.stall();
        await sleep(4_000);
        proxy.heal();
      },
    });
    expectNothingLost(outcome, await undisturbed);
  });

  it("and what all of them are compared with is what was said", async () => {
    expectSaid(await undisturbed, clearLines);
  });
});
