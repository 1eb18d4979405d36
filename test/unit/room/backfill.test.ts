import { describe, expect, it } from "vitest";
import { Backfill, type Job } from "../../../party/room/backfill/backfill.ts";
import type { Speech } from "../../../party/room/upstream/heard.ts";
import { limits } from "../../../shared/limits.ts";
import { ScriptedWorld } from "../../support/scripted-room.ts";
import { begunSession } from "../../support/stored-session.ts";

const session = begunSession;

function job(id: string, from = 0, bytes = 4_000, of = session): Job {
  const audio = { from, audio: new Uint8Array(bytes) };
  return { session: of, hole: { id, from, to: from + bytes / 2 }, audio };
}

function filling() {
  const world = new ScriptedWorld();
  const filled: [id: string, speech: readonly Speech[]][] = [];
  const lost: string[] = [];
  const backfill = new Backfill(world.ports, {
    filled: ({ hole }, speech) => filled.push([hole.id, speech]),
    lost: ({ hole }) => lost.push(hole.id),
  });
  const jobs = () => [...filled.map(([id]) => id), ...lost];
  return { world, backfill, filled, lost, jobs };
}

describe("a backfill", () => {
  it("puts what was said where the hole is", async () => {
    const { world, backfill, filled } = filling();
    backfill.add(job("a", 7_000));
    expect(backfill.bytes).toBe(4_000);
    await world.batch.recognise("one two", 0.5, 1.5);
    expect(filled).toMatchObject([
      [
        "a",
        [
          {
            from: 7_500,
            to: 8_500,
            text: "one two",
            words: [
              { text: "one", from: 7_500, to: 8_000 },
              { text: "two", from: 8_000, to: 8_500 },
            ],
          },
        ],
      ],
    ]);
    expect(backfill.bytes).toBe(0);
    expect(world.time.pending).toBe(0);
  });

  it("puts nothing beyond the audio, also when the provider rounds up", async () => {
    const { world, backfill, filled } = filling();
    backfill.add(job("a", 7_000));
    await world.batch.recognise("one", 1.5, 2.4);
    expect(filled[0]?.[1]).toMatchObject([{ from: 8_500, to: 9_000, words: [{ to: 9_000 }] }]);
  });

  it("loses no last word to a provider that rounds up: nobody else has heard it", async () => {
    const { world, backfill, filled } = filling();
    backfill.add(job("a", 7_000));
    await world.batch.recognise("one", 1.9, 2.4);
    expect(filled[0]?.[1]).toMatchObject([{ text: "one", words: [{ from: 8_900 }] }]);
  });

  it("is told what is around the hole, and puts the words of the hole alone, none torn", async () => {
    const { world, backfill, filled } = filling();
    const hole = { id: "a", from: 7_000, to: 9_000 };
    const audio = { from: 6_000, audio: new Uint8Array(8_000) };
    backfill.add({ session, hole, audio });
    expect(backfill.bytes).toBe(8_000);
    expect(world.batch.request.body.length).toBeGreaterThan(8_000);
    // From 6 s on, in steps of 0.4 s; the third and the seventh lie across the border of the hole.
    await world.batch.recognise("before too across one two three end over after past", 0.05, 4.05);
    expect(filled).toMatchObject([
      ["a", [{ text: "across one two three end", from: 7_000, to: 9_000, words: { length: 5 } }]],
    ]);
    expect(filled[0]?.[1][0]?.words.map(({ from, to }) => [from, to])).toEqual(
      [6_850, 7_250, 7_650, 8_050, 8_450].map((from) => [from, from + 400]),
    );
  });

  it("is filled with nothing when all that was said lies around the hole", async () => {
    const { world, backfill, filled } = filling();
    const audio = { from: 6_000, audio: new Uint8Array(8_000) };
    backfill.add({ session, hole: { id: "a", from: 7_000, to: 9_000 }, audio });
    await world.batch.recognise("before", 0, 1);
    expect(filled).toMatchObject([["a", [{ text: "", words: [] }]]]);
  });

  it("asks for one at a time, in order", async () => {
    const { world, backfill, jobs } = filling();
    for (const id of ["a", "b", "c"]) backfill.add(job(id));
    expect(world.batches).toHaveLength(1);
    await world.batch.answer(500);
    await world.time.advance(1_000);
    // The one that failed is not overtaken.
    expect(world.batches).toHaveLength(2);
    for (const at of [1, 2, 3]) await world.batches[at]?.recognise("x", 0, 1);
    expect(jobs()).toEqual(["a", "b", "c"]);
    expect(world.batches).toHaveLength(4);
  });

  it.each([0, 408, 425, 429, 500, 503])("tries again after %i, and is filled in the end", async (status) => {
    const { world, backfill, filled, lost } = filling();
    backfill.add(job("a"));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await world.batch.answer(status);
      await world.time.advance(30_000);
    }
    expect(world.batches).toHaveLength(6);
    await world.batch.recognise("x", 0, 1);
    expect([filled.length, lost.length]).toEqual([1, 0]);
  });

  it.each([400, 401, 402, 403, 413, 415, 422])("is lost at once after %i, and goes on", async (status) => {
    const { world, backfill, lost, filled } = filling();
    backfill.add(job("a"));
    backfill.add(job("b"));
    await world.batch.answer(status);
    expect(lost).toEqual(["a"]);
    await world.batch.recognise("x", 0, 1);
    expect(filled).toHaveLength(1);
  });

  it("tries again when the answer cannot be read, or does not come", async () => {
    const { world, backfill, filled } = filling();
    backfill.add(job("a"));
    await world.batch.answer(200, "<html>");
    await world.time.advance(1_000);
    const mute = world.batch;
    await world.time.advance(62_000);
    expect(mute.cancelled).toBe(true);
    expect(world.batches).toHaveLength(3);
    await world.batch.recognise("x", 0, 1);
    expect(filled).toHaveLength(1);
  });

  it("gives up after a bounded number of tries, less and less often", async () => {
    const { world, backfill, lost } = filling();
    backfill.add(job("a"));
    const times: number[] = [];
    while (lost.length === 0) {
      times.push(world.time.now());
      expect(times.length).toBeLessThan(100);
      await world.batch.answer(503);
      const asked = world.batches.length;
      for (let waited = 0; lost.length === 0 && world.batches.length === asked && waited < 60; waited += 1) {
        await world.time.advance(500);
      }
    }
    const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times.length).toBeGreaterThanOrEqual(8);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(backfill.bytes).toBe(0);
    expect(world.time.pending).toBe(0);
  });

  it("refuses what is more than may wait, and keeps what it has", async () => {
    const { world, backfill, jobs, lost } = filling();
    backfill.add(job("a", 0, limits.backfillMaxBytes - 1_000));
    backfill.add(job("b", 0, 1_002));
    expect(lost).toEqual(["b"]);
    backfill.add(job("c", 0, 1_000));
    expect(backfill.bytes).toBe(limits.backfillMaxBytes);
    await world.batch.recognise("x", 0, 1);
    await world.batch.recognise("x", 0, 1);
    expect(jobs()).toEqual(["a", "c", "b"]);
  });

  it("knows for which session and which hole it works, also while it waits", async () => {
    const { world, backfill } = filling();
    backfill.add(job("a"));
    backfill.add(job("b", 0, 4_000, { ...session, id: "s2" }));
    await world.batch.answer(503);
    expect([backfill.hasWorkFor("s1"), backfill.hasWorkFor("s2"), backfill.hasWorkFor("s3")]).toEqual([
      true,
      true,
      false,
    ]);
    expect([backfill.hasHole("a"), backfill.hasHole("b"), backfill.hasHole("c")]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each(["asking", "waiting"])("forgets everything when it is disposed of while %s", async (when) => {
    const { world, backfill, jobs } = filling();
    backfill.add(job("a"));
    backfill.add(job("b"));
    if (when === "waiting") await world.batch.answer(503);
    backfill.dispose();
    expect(world.batch.cancelled).toBe(when === "asking");
    expect(world.time.pending).toBe(0);
    expect(backfill.bytes).toBe(0);
    await world.time.advance(120_000);
    expect(jobs()).toEqual([]);
    // It may be given work again.
    backfill.add(job("c"));
    await world.batch.recognise("x", 0, 1);
    expect(jobs()).toEqual(["c"]);
  });
});
