import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Decoder, decodeGreedily, type Step, withoutLoop } from "../../../engine/recognise/speculate.ts";

const START = 1;
const END = 2;

/** A decoder that would write `answer` whatever came before, and counts how often it is run. */
function scripted(answer: readonly number[]) {
  const cache: number[] = [];
  const log: { tokens: number; kept: number }[] = [];
  const decoder: Decoder = {
    async run(tokens, kept) {
      expect(kept).toBeLessThanOrEqual(cache.length);
      cache.length = kept;
      log.push({ tokens: tokens.length, kept });
      return tokens.map((token): Step => {
        cache.push(token);
        // What was read must be the start token and the answer so far, or this position is off the path.
        const right = cache.every((read, index) => read === (index === 0 ? START : answer[index - 1]));
        const next = right ? (answer[cache.length - 1] ?? END) : 9999;
        return { next, probability: 1, attention: new Float32Array(0) };
      });
    },
  };
  return { decoder, log };
}

const decode = (decoder: Decoder, draft: readonly number[], maxTokens = 100) =>
  decodeGreedily(decoder, { startToken: START, endToken: END, maxTokens, draft });

const tokens = (steps: Step[]) => steps.map((step) => step.next);

describe("speculative decoding", () => {
  it("needs one run when the draft is the answer", async () => {
    const { decoder, log } = scripted([10, 11, 12, 13]);
    expect(tokens(await decode(decoder, [10, 11, 12, 13]))).toEqual([10, 11, 12, 13]);
    expect(log).toEqual([{ tokens: 5, kept: 0 }]);
  });

  it("keeps the agreed beginning and goes on behind it", async () => {
    const { decoder, log } = scripted([10, 11, 12, 13]);
    expect(tokens(await decode(decoder, [10, 11]))).toEqual([10, 11, 12, 13]);
    expect(log.slice(0, 2)).toEqual([
      { tokens: 3, kept: 0 },
      { tokens: 1, kept: 3 },
    ]);
  });

  it("saves the rest of the draft after one changed word", async () => {
    const { decoder, log } = scripted([10, 50, 12, 13, 14]);
    expect(tokens(await decode(decoder, [10, 11, 12, 13, 14]))).toEqual([10, 50, 12, 13, 14]);
    expect(log).toHaveLength(2);
  });

  it("gives the greedy answer whatever the draft", async () => {
    const token = fc.integer({ min: 3, max: 60 });
    // Drafts as they come: the answer with tokens dropped, changed and put in.
    const edits = fc.array(
      fc.record({ at: fc.nat(20), remove: fc.nat(2), insert: fc.array(token, { maxLength: 2 }) }),
      {
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(token, { maxLength: 20 }), edits, async (answer, changes) => {
        const draft = [...answer];
        for (const { at, remove, insert } of changes) draft.splice(at, remove, ...insert);
        expect(tokens(await decode(scripted(answer).decoder, draft))).toEqual(answer);
      }),
    );
  });

  it("stops at the limit", async () => {
    const { decoder } = scripted([10, 11, 12, 13, 14, 15]);
    expect(tokens(await decode(decoder, [10, 11, 12, 13, 14, 15], 3))).toEqual([10, 11, 12]);
  });

  it("cuts a loop down to its first turn", async () => {
    const turn = [20, 21, 22, 23];
    const { decoder, log } = scripted([10, ...turn, ...turn, ...turn, ...turn, ...turn, ...turn]);
    expect(tokens(await decode(decoder, []))).toEqual([10, ...turn]);
    expect(log.length).toBeLessThan(20);
  });

  it("leaves an honest repetition alone", () => {
    const said = [30, 30, 30, 31].map(
      (next): Step => ({ next, probability: 1, attention: new Float32Array(0) }),
    );
    expect(withoutLoop(said)).toBe(said);
  });
});
