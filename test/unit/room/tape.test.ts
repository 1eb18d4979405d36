import { describe, expect, it } from "vitest";
import { wavFile } from "../../../party/room/backfill/wav.ts";
import { batchAnswer, readWav } from "../../support/tape/batch.ts";
import { TapeProvider } from "../../support/tape/provider.ts";
import { Random } from "../../support/tape/random.ts";
import { Recogniser, recognise, textOf } from "../../support/tape/recogniser.ts";
import {
  readTapeWord,
  runSamples,
  tapeFormat,
  tapeOf,
  tapeUnit,
  unitSamples,
} from "../../support/tape/tape.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const unitBytes = unitSamples * 2;

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function heardIn(bytes: Uint8Array): string {
  return recognise(bytes).map(textOf).join(" ");
}

describe("the tape", () => {
  it("is read back word for word, in frames of any length", () => {
    const words = [1, 17, 256, 30_000];
    for (const frameBytes of [1, 3, 160, 1_600, 7_999]) {
      const recogniser = new Recogniser();
      const tape = tapeOf(words);
      const runs = [];
      for (let at = 0; at < tape.length; at += frameBytes) {
        runs.push(...recogniser.feed(tape.subarray(at, at + frameBytes)));
      }
      expect(runs.map(textOf)).toEqual(["w1", "w17", "w256", "w30000"]);
      expect(runs.map(({ from, to }) => [from, to])).toEqual(
        words.map((_, at) => [at * unitSamples, at * unitSamples + runSamples]),
      );
    }
  });

  it("shows a loss wherever it is: of a word, of one sample of it, of the quiet behind it", () => {
    const tape = tapeOf([1, 2, 3]);
    const without = (from: number, to: number) => joined(tape.subarray(0, from), tape.subarray(to));
    expect(heardIn(without(unitBytes, 2 * unitBytes))).toBe("w1 w3");
    expect(heardIn(without(unitBytes + 100, unitBytes + 102))).toBe("w1 cut2 w3");
    const quiet = unitBytes + runSamples * 2;
    expect(heardIn(without(quiet, quiet + 2))).toBe("w1 w2 cut3");
    expect(heardIn(without(quiet, 2 * unitBytes))).toBe("w1 cut2 cut3");
  });

  it("shows a doubling, of a word and of a part of it", () => {
    const tape = tapeOf([1, 2]);
    expect(heardIn(joined(tapeUnit(1), tape))).toBe("w1 w1 w2");
    const again = (from: number, to: number) =>
      joined(tape.subarray(0, to), tape.subarray(from, to), tape.subarray(to));
    expect(heardIn(again(200, 202))).toBe("cut1 w2");
    expect(heardIn(again(200, runSamples * 2))).toBe("cut1 w2");
    expect(heardIn(again(0, runSamples * 2))).toBe("cut1 w2");
  });

  it("shows a stream that begins or ends inside of a word, and none that does so in the quiet", () => {
    const tape = tapeOf([1, 2, 3]);
    expect(heardIn(tape.subarray(2))).toBe("cut1 w2 w3");
    expect(heardIn(tape.subarray(runSamples * 2))).toBe("w2 w3");
    expect(heardIn(tape.subarray(0, 2 * unitBytes + runSamples * 2 - 2))).toBe("w1 w2 cut3");
    expect(heardIn(tape.subarray(0, 2 * unitBytes + runSamples * 2))).toBe("w1 w2 w3");
  });

  it("shows bytes that have slipped by one, and silence put inside of a word", () => {
    const tape = tapeOf([1, 2]);
    expect(heardIn(tape.subarray(1))).not.toContain("w1");
    expect(heardIn(joined(tape.subarray(0, 400), new Uint8Array(800), tape.subarray(400)))).toBe(
      "cut1 cut1 w2",
    );
  });

  it("knows its own words", () => {
    expect(readTapeWord("w17")).toEqual({ word: 17, cut: false });
    expect(readTapeWord("Cut17.")).toEqual({ word: 17, cut: true });
    expect(readTapeWord("maybe")).toBeNull();
  });
});

describe("the scripted provider", () => {
  function scene(seed: number) {
    const time = new VirtualTime();
    const violations: string[] = [];
    const heard: Record<string, unknown>[] = [];
    const closes: number[] = [];
    const provider = new TapeProvider({ elapsedMs: time.now, setTimer: time.setTimer }, new Random(seed), {
      violation: (what) => violations.push(what),
      note: () => {},
      fatal: () => {},
    });
    const dial = (path: string) =>
      provider.dial(
        { path },
        {
          opened: () => {},
          refused: () => {},
          message: (text) => heard.push(JSON.parse(text)),
          closed: (code) => closes.push(code),
        },
      );
    return { time, violations, heard, closes, provider, dial };
  }
  const novaPath = "/v1/listen?encoding=linear16&sample_rate=8000";
  const fluxPath = "/v2/listen?model=flux-general-en&encoding=linear16&sample_rate=8000";
  const closeStream = '{"type":"CloseStream"}';

  async function speak(world: ReturnType<typeof scene>, path: string, words: readonly number[]) {
    const socket = world.dial(path);
    await world.time.advance(600);
    const tape = tapeOf(words);
    for (let at = 0; at < tape.length; at += 1_600) {
      socket.send(tape.subarray(at, at + 1_600));
      await world.time.advance(100);
    }
    socket.send(closeStream);
    await world.time.advance(2_000);
    return socket;
  }

  it.each([1, 2, 3, 4, 5])(
    "says each word in exactly one final, on Nova's protocol (seed %d)",
    async (seed) => {
      const world = scene(seed);
      const words = Array.from({ length: 30 }, (_, at) => at + 1);
      await speak(world, novaPath, words);
      const finals = world.heard.filter(({ type, is_final }) => type === "Results" && is_final === true) as {
        start: number;
        duration: number;
        channel: { alternatives: { words: { word: string }[] }[] };
      }[];
      const said = finals.flatMap(({ channel }) => channel.alternatives[0]?.words.map(({ word }) => word));
      expect(said).toEqual(words.map((word) => `w${word}`));
      for (const [at, { start }] of finals.entries()) {
        const before = finals[at - 1];
        expect(start).toBeCloseTo(before === undefined ? 0 : before.start + before.duration, 4);
      }
      expect(world.closes).toEqual([1000]);
      expect(world.violations).toEqual([]);
    },
  );

  it.each([1, 2, 3])(
    "says each word in a turn, on Flux's protocol, the last in no EndOfTurn (seed %d)",
    async (seed) => {
      const world = scene(seed);
      const words = Array.from({ length: 30 }, (_, at) => at + 1);
      await speak(world, fluxPath, words);
      const turns = new Map<unknown, unknown>();
      for (const { type, turn_index, transcript } of world.heard) {
        if (type === "TurnInfo") turns.set(turn_index, transcript);
      }
      expect([...turns.values()].filter((text) => text !== "").join(" ")).toBe(
        words.map((word) => `w${word}`).join(" "),
      );
      expect(world.closes).toEqual([1005]);
      expect(world.violations).toEqual([]);
    },
  );

  it("reports a second socket, an empty frame, haste, and anything behind CloseStream", async () => {
    const world = scene(1);
    const socket = world.dial(novaPath);
    await world.time.advance(600);
    const second = world.dial(novaPath);
    expect(world.violations.splice(0)).toEqual([expect.stringContaining("second upstream socket")]);
    second.abandon();
    // Half a second each: two and a half are the jitter of a network, and one frame more is no haste yet.
    socket.send(tapeOf([1, 2, 3, 4, 5]));
    expect(world.violations).toEqual([]);
    socket.send(tapeOf([6]));
    expect(world.violations.splice(0)).toEqual([expect.stringContaining("faster")]);
    socket.send(closeStream);
    socket.send(closeStream);
    expect(world.violations.splice(0)).toEqual([expect.stringContaining("after CloseStream")]);
    await world.time.advance(2_000);
    const third = world.dial(novaPath);
    await world.time.advance(600);
    third.send(new Uint8Array(0));
    expect(world.violations).toEqual([expect.stringContaining("empty binary frame")]);
  });

  it("keeps the real one's patience: ten seconds of nothing, half a minute of KeepAlives", async () => {
    const world = scene(1);
    world.dial(novaPath);
    await world.time.advance(12_000);
    expect(world.closes.splice(0)).toEqual([1011]);
    const kept = world.dial(novaPath);
    await world.time.advance(600);
    for (let at = 0; at < 7; at += 1) {
      kept.send('{"type":"KeepAlive"}');
      await world.time.advance(4_000);
    }
    expect(world.closes).toEqual([]);
    kept.send('{"type":"KeepAlive"}');
    await world.time.advance(4_000);
    expect(world.closes.splice(0)).toEqual([1011]);
    expect(world.violations).toEqual([]);
    const flux = world.dial(fluxPath);
    await world.time.advance(600);
    flux.send('{"type":"KeepAlive"}');
    await world.time.advance(2_000);
    expect(world.heard.at(-1)).toMatchObject({ type: "Error" });
    expect(world.closes).toEqual([1011]);
  });

  it("recognises a WAV file the same way", () => {
    const tape = tapeOf([5, 6, 7]);
    const audio = readWav(wavFile(tape, tapeFormat));
    expect(audio).toEqual(tape);
    const torn = tape.subarray(0, tape.length - unitBytes / 2);
    const answer = JSON.parse(batchAnswer(recognise(torn), torn.length / 2, new Random(1)));
    expect(answer.results.channels[0].alternatives[0].transcript).toBe("w5 w6 cut7");
    expect(readWav(tape)).toBe("no WAV header");
  });
});
