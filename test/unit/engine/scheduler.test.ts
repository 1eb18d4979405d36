import { describe, expect, it } from "vitest";
import { createScheduler, type Recogniser } from "../../../engine/recognise/scheduler.ts";
import type { Hypothesis } from "../../../engine/recognise/words.ts";

const question = (name: number) => ({ audio: Float32Array.of(name), draft: [], insist: false });
const answer = (text: string): Hypothesis => ({ text, words: [], tokens: [], tokenStarts: [] });

/** A recogniser whose questions are answered by hand, in order. */
function handRun() {
  const asked: { name: number; resolve: (hypothesis: Hypothesis) => void; reject: (error: Error) => void }[] =
    [];
  const recogniser: Recogniser = ({ audio }) =>
    new Promise((resolve, reject) => asked.push({ name: audio[0] ?? -1, resolve, reject }));
  return { recogniser, asked };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("scheduler", () => {
  it("gives finals precedence over interims that asked before them", async () => {
    const { recogniser, asked } = handRun();
    const scheduler = createScheduler([recogniser]);
    const running = scheduler.interim({}, () => question(1));
    void scheduler.interim({}, () => question(2));
    void scheduler.final(question(3));
    void scheduler.final(question(4));
    expect(scheduler.waitingFinals()).toBe(2);
    for (const name of [1, 3, 4, 2]) {
      expect(asked.at(-1)?.name).toBe(name);
      asked.at(-1)?.resolve(answer("x"));
      await settle();
    }
    await expect(running).resolves.toEqual(answer("x"));
  });

  it("has at most one interim of a stream waiting or running, and refuses more at once", async () => {
    const { recogniser, asked } = handRun();
    const scheduler = createScheduler([recogniser, recogniser]);
    const stream = {};
    const first = scheduler.interim(stream, () => question(1));
    await expect(scheduler.interim(stream, () => question(2))).resolves.toBeNull();
    expect(scheduler.refusedInterims()).toBe(1);
    asked[0]?.resolve(answer("one"));
    await first;
    void scheduler.interim(stream, () => question(3));
    expect(asked.map(({ name }) => name)).toEqual([1, 3]);
  });

  it("asks for the audio of a waiting interim only when it is its turn", async () => {
    const { recogniser, asked } = handRun();
    const scheduler = createScheduler([recogniser]);
    void scheduler.final(question(0));
    let newest = 1;
    const interim = scheduler.interim({}, () => question(newest));
    const dropped = scheduler.interim({}, () => null);
    newest = 5;
    asked[0]?.resolve(answer("x"));
    await settle();
    expect(asked[1]?.name).toBe(5);
    asked[1]?.resolve(answer("five"));
    await expect(interim).resolves.toEqual(answer("five"));
    await expect(dropped).resolves.toBeNull();
  });

  it("lets recordings wait for live streams, but not for ever", async () => {
    const { recogniser, asked } = handRun();
    const scheduler = createScheduler([recogniser]);
    void scheduler.final(question(0));
    const recordings = [scheduler.batch(question(100)), scheduler.batch(question(101))];
    for (let name = 1; name <= 6; name++) void scheduler.interim({}, () => question(name));
    void scheduler.final(question(7));
    for (let turn = 0; turn < 10; turn++) {
      asked.at(-1)?.resolve(answer(String(turn)));
      await settle();
    }
    expect(asked.map(({ name }) => name)).toEqual([0, 7, 1, 2, 3, 4, 100, 5, 6, 101]);
    await expect(Promise.all(recordings)).resolves.toEqual([answer("6"), answer("9")]);
  });

  it("goes on after a recogniser has failed", async () => {
    const { recogniser, asked } = handRun();
    const scheduler = createScheduler([recogniser]);
    const failed = scheduler.final(question(1));
    const next = scheduler.final(question(2));
    asked[0]?.reject(new Error("out of memory"));
    await expect(failed).rejects.toThrow("out of memory");
    asked[1]?.resolve(answer("two"));
    await expect(next).resolves.toEqual(answer("two"));
  });
});
