import { describe, expect, it } from "vitest";
import { percentile } from "../../../../shared/percentile.ts";
import type { Latency, Spread } from "../../../../shared/stats.ts";
import { begin, liveRoom } from "../../../support/live-room.ts";
import { audioMs, type ScriptedMember, start } from "../../../support/scripted-room.ts";
import { Random } from "../../../support/tape/random.ts";
import { settle } from "../../../support/virtual-time.ts";

type Measured = Exclude<keyof Latency, "publisherTransit" | "viewerTransit">;
type Truth = Record<Measured, number[]>;
/** Draws delays, milliseconds, none longer than `maxMs`. */
type Draw = (random: Random, maxMs: number) => number;

const utterances = 220;
const frameMs = 250;

/**
 * A session whose every delay the test chooses: the provider's words, its losses and returns, and the publisher's. What the
 * room should have measured is noted beside it, by the test's own clock.
 */
class Script {
  readonly truth: Truth = {
    transcript: [],
    final: [],
    endOfTurn: [],
    upstreamConnect: [],
    upstreamRecovery: [],
    publisherReturn: [],
  };
  readonly #random: Random;
  readonly #draw: Draw;
  readonly #stage: Awaited<ReturnType<typeof liveRoom>>;
  #publisher: ScriptedMember;
  /** Milliseconds of the session's audio: sent, covered by a final, and where the socket's clock began. */
  #sent = 0;
  #settled = 0;
  #base = 0;

  constructor(seed: number, draw: Draw, stage: Awaited<ReturnType<typeof liveRoom>>) {
    this.#random = new Random(seed);
    this.#draw = draw;
    this.#stage = stage;
    this.#publisher = stage.publisher;
  }

  async run(): Promise<void> {
    for (let at = 0; at < utterances; at += 1) {
      await this.#utterance();
      if (at % 2 === 0) await this.#loseUpstream();
      else await this.#losePublisher();
    }
  }

  get #now(): number {
    return this.#stage.world.time.now();
  }

  async #speak(ms: number): Promise<void> {
    for (let rest = ms; rest > 0; rest -= frameMs) {
      const length = Math.min(rest, frameMs);
      await this.#wait(length);
      this.#stage.room.received(this.#publisher, audioMs(length));
      this.#sent += length;
    }
    await settle();
  }

  async #wait(ms: number): Promise<void> {
    await this.#stage.world.time.advance(ms);
  }

  /** Interims, each with a lag of its own, their final, and its end of turn. Long enough for the socket to count as healthy. */
  async #utterance(): Promise<void> {
    await this.#speak(5_500);
    let at = this.#now;
    const interims = this.#random.int(1, 4);
    for (let count = 0; count < interims; count += 1) {
      await this.#speak(this.#random.int(200, 900));
      const lag = this.#draw(this.#random, 5_000);
      this.truth.transcript.push(lag);
      await this.#say("some words", this.#sent - lag, false);
      at = this.#now;
    }
    await this.#wait(this.#draw(this.#random, 3_000));
    await this.#say("Some words.", this.#sent, true);
    this.truth.final.push(this.#now - at);
    await this.#wait(this.#draw(this.#random, 3_000));
    await this.#stage.world.upstream.say({ type: "UtteranceEnd", channel: [0, 1], last_word_end: 0 });
    this.truth.endOfTurn.push(this.#now - at);
  }

  async #say(text: string, endMs: number, isFinal: boolean): Promise<void> {
    const { upstream } = this.#stage.world;
    const s = (ms: number) => (ms - this.#base) / 1_000;
    const [startS, endS] = [s(this.#settled), s(endMs)];
    const words = text.split(" ").map((word) => ({ word, start: startS, end: endS, confidence: 1 }));
    await upstream.say({
      type: "Results",
      start: startS,
      duration: endS - startS,
      is_final: isFinal,
      speech_final: false,
      channel_index: [0, 1],
      channel: { alternatives: [{ transcript: text, confidence: 1, words }] },
    });
    if (isFinal) this.#settled = endMs;
  }

  async #loseUpstream(): Promise<void> {
    const { world } = this.#stage;
    await this.#wait(this.#random.int(10, 100));
    const dials = world.dialled.length;
    const lostAt = this.#now;
    await world.upstream.close(1006);
    expect(world.dialled).toHaveLength(dials + 1);
    await this.#wait(this.#draw(this.#random, 3_900));
    await world.upstream.open();
    this.truth.upstreamConnect.push(this.#now - lostAt);
    this.#base = this.#settled;
    await this.#speak(this.#draw(this.#random, 3_000) + 50);
    this.truth.transcript.push(10);
    await this.#say("again", this.#sent - 10, false);
    this.truth.upstreamRecovery.push(this.#now - lostAt);
  }

  async #losePublisher(): Promise<void> {
    const { room, publisher } = this.#stage;
    room.left(this.#publisher.id);
    const lostAt = this.#now;
    await this.#wait(this.#draw(this.#random, 8_000));
    const session = publisher.of("ready")[0]?.session;
    this.#publisher = await begin(room, `p${lostAt}`, { ...start, session, position: this.#sent * 16 });
    expect(this.#publisher.of("ready")).toHaveLength(1);
    await this.#wait(this.#random.int(0, 300));
    room.received(this.#publisher, audioMs(100));
    this.#sent += 100;
    this.truth.publisherReturn.push(this.#now - lostAt);
  }
}

/** Within a tenth, or 5 ms. */
function expectClose(told: number, truth: number, what: string): void {
  expect(Math.abs(told - truth), `${what}: ${told} for ${truth}`).toBeLessThanOrEqual(
    Math.max(5, truth / 10),
  );
}

const draws: Record<string, Draw> = {
  "evenly spread": (random, maxMs) => random.int(1, maxMs),
  "short, with a long tail": (random, maxMs) => Math.min(maxMs, Math.round(40 / (1.004 - random.next()))),
  "of two kinds": (random, maxMs) =>
    random.chance(0.9) ? random.int(80, 120) : random.int(Math.floor(maxMs / 2), maxMs),
  "a few milliseconds": (random) => random.int(0, 12),
};

describe("latencies, against a script that knows them", () => {
  it.each(Object.keys(draws))("are told right when delays are %s", async (kind) => {
    const stage = await liveRoom();
    const script = new Script(kind.length, draws[kind] ?? (() => 0), stage);
    await script.run();
    const { latency, upstream, publisher } = stage.room.stats();
    // The first socket opened at once.
    script.truth.upstreamConnect.push(0);
    for (const [name, values] of Object.entries(script.truth) as [Measured, number[]][]) {
      const spread: Spread | null = latency[name];
      expect(values.length, name).toBeGreaterThanOrEqual(100);
      expect(spread?.count, name).toBe(values.length);
      if (spread === null) continue;
      for (const [key, quantile] of [
        ["min", 0],
        ["p50", 0.5],
        ["p95", 0.95],
        ["p99", 0.99],
        ["max", 1],
      ] as const) {
        expectClose(spread[key], percentile(values, quantile) ?? Number.NaN, `${kind}: ${name} ${key}`);
      }
      expectClose(spread.mean, values.reduce((sum, value) => sum + value, 0) / values.length, `${name} mean`);
    }
    expect(upstream).toMatchObject({ lost: utterances / 2, retries: utterances / 2, failed: 0 });
    expect(publisher).toMatchObject({ lost: utterances / 2, returned: utterances / 2 });
  });
});

describe("the room's clock, set while something is being timed", () => {
  it.each([3_600_000, -3_600_000])(
    "by %d ms, is off by no more than the seconds between two looks",
    async (ms) => {
      const { world, room, publisher } = await liveRoom();
      room.received(publisher, audioMs(1_000));
      await world.upstream.results("One", 0, 1, false);
      await world.time.advance(300);
      world.time.setBack(-ms);
      await world.time.advance(200);
      await world.upstream.results("One.", 0, 1, true);
      expect(room.stats().latency.final?.max).toBeLessThanOrEqual(5_000);
      // And right again with the next one.
      for (let second = 1; second < 12; second += 1) {
        room.received(publisher, audioMs(1_000));
        await world.upstream.results("Two", second, second + 1, false);
        await world.time.advance(1_000);
        await world.upstream.results("Two.", second, second + 1, true);
      }
      expect(room.stats().latency.final?.p50).toBeCloseTo(1_000, -2);
    },
  );
});
