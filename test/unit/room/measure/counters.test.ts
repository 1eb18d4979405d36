import { describe, expect, it } from "vitest";
import { Measures } from "../../../../party/room/measure/measures.ts";
import { timing } from "../../../../shared/limits.ts";
import type { QualityReport } from "../../../../shared/quality-report.ts";
import { begin, join, liveRoom } from "../../../support/live-room.ts";
import { audioMs, ScriptedWorld, start } from "../../../support/scripted-room.ts";
import { begunSession } from "../../../support/stored-session.ts";
import { settle } from "../../../support/virtual-time.ts";

type Stage = Awaited<ReturnType<typeof liveRoom>>;

/** A voice as levels show it: loud, and not one level all the time. */
function voiceMs(ms: number): Uint8Array {
  const samples = new Int16Array(ms * 16);
  for (let at = 0; at < samples.length; at += 1) samples[at] = 6_000 * Math.sin(at / 7);
  return new Uint8Array(samples.buffer);
}

function reportOf({ room }: Pick<Stage, "room">): QualityReport {
  const id = room.stats().session?.id ?? "none";
  const report = room.report(id);
  if (report === null) throw new Error(`there is no report of ${id}`);
  return report;
}

describe("what a room counts of its provider", () => {
  it("tells sockets that failed from those that were lost, and dials that follow on either", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const publisher = await begin(room, "p1");
    await world.upstream.refuse(503);
    // The second one is not answered at all, and given up.
    while (world.dialled.length < 3) await world.time.advance(100);
    expect(room.stats().upstream).toEqual({ dials: 3, opened: 0, failed: 2, lost: 0, retries: 2 });
    await world.upstream.open();
    room.received(publisher, audioMs(500));
    await world.upstream.results("One.", 0, 0.5, true);
    await world.upstream.close(1011, "NET-0000");
    while (world.dialled.length < 4) await world.time.advance(100);
    const { upstream, recent } = room.stats();
    expect(upstream).toEqual({ dials: 4, opened: 1, failed: 2, lost: 1, retries: 3 });
    expect(recent.reduce((sum, { failures }) => sum + failures, 0)).toBe(upstream.failed + upstream.lost);
  });

  it("does not call a socket lost that ends as it should, or that had nothing to listen to", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, audioMs(500));
    await world.upstream.results("One.", 0, 0.5, true);
    await world.time.advance(20_000);
    await world.upstream.close(1011, "NET-0001");
    room.received(publisher, audioMs(100));
    await world.upstream.open();
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await settle();
    await world.upstream.results("Two.", 0, 0.1, true);
    await world.upstream.close(1000);
    expect(room.stats().state).toBe("ended");
    expect(room.stats().upstream).toEqual({ dials: 2, opened: 2, failed: 0, lost: 0, retries: 0 });
  });

  it("counts a mute socket as lost", async () => {
    const { world, room, publisher } = await liveRoom();
    for (let at = 0; at < 120; at += 1) {
      room.received(publisher, audioMs(100));
      await world.time.advance(100);
    }
    expect(room.stats().upstream).toMatchObject({ lost: 1, retries: 1 });
  });

  it("counts audio once as received, and once more as replayed", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, voiceMs(2_000));
    await world.upstream.results("One.", 0, 0.5, true);
    await world.time.advance(6_000);
    await world.upstream.close(1006);
    await world.upstream.open();
    expect(room.stats().audio).toMatchObject({ received: 2_000, replayed: 1_500 });
  });
});

describe("what a room counts of holes", () => {
  it("owes speech without captions until it is filled", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, voiceMs(1_000));
    await world.upstream.results("One.", 0, 1, true);
    await world.time.advance(6_000);
    await world.upstream.close(1006);
    for (let at = 0; at < 10; at += 1) room.received(publisher, voiceMs(700));
    await world.upstream.open();
    const missed = room.stats();
    expect(missed.gaps).toMatchObject({ count: 1, filled: 0 });
    const { ms } = missed.gaps;
    expect(ms).toBeGreaterThan(4_000);
    expect(missed.audio.uncaptioned).toBeGreaterThanOrEqual(ms - 500);
    expect(missed.audio.uncaptioned).toBeLessThanOrEqual(missed.audio.speech);
    expect(reportOf(stage).gapRanges).toMatchObject([{ start: 1_000, end: 1_000 + ms, filled: false }]);

    await world.batch.recognise("Two three four five six seven.", 0, 1 + ms / 1_000);
    const filled = room.stats();
    expect(filled.gaps).toEqual({ count: 1, ms, filled: 1 });
    expect(filled.audio).toMatchObject({ uncaptioned: 0, backfilled: ms });
    expect(reportOf(stage).gapRanges).toMatchObject([{ filled: true }]);
    expect(reportOf(stage).minutes).toMatchObject([{ gapMs: 0, uncaptionedMs: 0 }]);
  });

  it("knows which speech had no words in a range that is settled", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, voiceMs(3_000));
    room.received(publisher, audioMs(3_000));
    await world.time.advance(4_000);
    // The only word stands in the first half second; the silence behind is nobody's.
    await world.upstream.results("One.", 0, 0.5, false);
    await world.upstream.say({
      type: "Results",
      start: 0,
      duration: 6,
      is_final: true,
      channel_index: [0, 1],
      channel: {
        alternatives: [
          { transcript: "One.", words: [{ word: "One.", start: 0.1, end: 0.5, confidence: 1 }] },
        ],
      },
    });
    const { speech, uncaptioned } = room.stats().audio;
    expect(speech).toBe(3_000);
    // From 250 ms behind the word to the end of the voice.
    expect(uncaptioned).toBe(2_200);
  });
});

describe("a hole that falls into parts", () => {
  it("is as many gaps, each of which is filled by itself", () => {
    const world = new ScriptedWorld();
    const measures = new Measures({ now: world.time.now, log: () => {} }, world.measures, null);
    measures.began(begunSession, 0);
    measures.missed({ from: 1_000, to: 9_000 }, true);
    const parts = [
      { from: 1_000, to: 4_000 },
      { from: 4_000, to: 5_000 },
      { from: 5_000, to: 9_000 },
    ];
    measures.parted(begunSession.id, { from: 1_000, to: 9_000 }, parts);
    measures.filled(begunSession.id, { from: 5_000, to: 9_000 }, []);
    const report = measures.report(begunSession.id);
    expect(report?.gaps).toEqual({ count: 3, ms: 8_000, filled: 1 });
    expect(report?.audio.backfilled).toBe(4_000);
    expect(report?.gapRanges).toEqual([
      { start: 1_000, end: 4_000, filled: false },
      { start: 4_000, end: 5_000, filled: false },
      { start: 5_000, end: 9_000, filled: true },
    ]);
    expect(report?.minutes).toMatchObject([{ gapMs: 4_000 }]);
  });
});

describe("what a room counts of its publisher", () => {
  it("counts losses and returns, and what came of marks", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, audioMs(1_000));
    await world.upstream.results("One.", 0, 1, true);
    room.left(publisher.id);
    await world.time.advance(4_000);
    const session = publisher.of("ready")[0]?.session;
    const again = await begin(room, "p2", { ...start, session, position: 16_000 });
    expect(room.stats().publisher).toMatchObject({ lost: 1, returned: 0 });
    room.received(again, audioMs(100));
    expect(room.stats().publisher).toMatchObject({ lost: 1, returned: 1 });
    expect(reportOf(stage).interruptions).toEqual([{ what: "publisher", start: 1_000, tookMs: 4_000 }]);
    room.received(again, JSON.stringify({ type: "mark", position: 17_600, sentAt: world.time.now() }));
    expect(room.stats().publisher.marks).toBe(1);
    room.received(again, JSON.stringify({ type: "finish" }));
    room.left(again.id);
    expect(room.stats().publisher.lost).toBe(1);
  });
});

describe("what a room counts of its audience and its text", () => {
  it("counts who came, who came back with a position, and who fell behind", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    const { epoch, version } = room.describe();
    join(room, "v2", { epoch, version });
    join(room, "v3", { epoch: "another", version });
    room.left("v2");
    expect(room.stats().audience).toEqual({ peak: 3, joined: 2, resumed: 1, tooSlow: 0 });
    room.received(publisher, audioMs(1_000));
    await world.upstream.results("One.", 0, 1, true);
    await world.time.advance(timing.unseenMaxMs + 2 * timing.heartbeatMs);
    expect(room.stats().audience).toEqual({ peak: 3, joined: 2, resumed: 1, tooSlow: 2 });
  });

  it("counts words, what was taken back of them, and corrections", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, audioMs(3_000));
    await world.upstream.results("the whether is", 0, 1, false);
    await world.upstream.results("The weather is fine", 0, 2, false);
    await world.upstream.results("The weather, is fine.", 0, 2, true);
    await world.time.advance(30_000);
    const { text, erasure, wordsPerMinute, minuteLag } = room.stats();
    expect(text).toEqual({ interims: 2, finals: 1, words: 4, erasedWords: 2, corrections: 0 });
    expect(erasure).toBe(0.5);
    expect(wordsPerMinute).toBe(8);
    expect(minuteLag).toMatchObject({ count: 2, max: 2_000 });
    const [segment] = room.transcript().segments;
    await room.edit(segment?.id ?? "", "The weather is fine.");
    await room.edit(segment?.id ?? "", "The weather is fine.");
    expect(room.stats().text.corrections).toBe(1);
    expect(reportOf(stage).minutes).toMatchObject([{ minute: 0, words: 4, erasedWords: 2, corrections: 1 }]);
    await world.time.advance(61_000);
    expect(room.stats().wordsPerMinute).toBe(0);
  });

  it("tells the pace and the lag of this session's last minute alone", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    room.received(publisher, audioMs(1_000));
    await world.upstream.results("The weather is", 0, 0.8, false);
    await world.upstream.results("The weather is fine.", 0, 1, true);
    const before = room.stats();
    expect(before.minuteLag?.count).toBe(1);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.time.advance(100);
    await world.upstream.close(1000);
    await begin(room, "p2");
    expect(room.stats().session?.id).not.toBe(before.session?.id);
    expect(room.stats()).toMatchObject({ wordsPerMinute: 0, minuteLag: null });
  });

  it("tells stretches that were spoken too fast, by the words' own times", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    for (let at = 0; at < 70; at += 1) {
      await world.time.advance(1_000);
      room.received(publisher, audioMs(1_000));
    }
    const words = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`).join(" ");
    await world.upstream.results(words(30), 0, 20, true);
    await world.upstream.results(words(90), 20, 40, true);
    await world.upstream.results(words(20), 45, 65, true);
    const { bursts, minutes } = reportOf(stage);
    expect(bursts).toHaveLength(1);
    const [burst] = bursts;
    expect(burst?.wordsPerMinute).toBe(270);
    expect(burst?.start).toBeGreaterThan(10_000);
    expect(burst?.end).toBeGreaterThanOrEqual(40_000);
    expect(burst?.end).toBeLessThan(50_000);
    expect(minutes.map(({ minute, words: said, fastest }) => [minute, said, fastest > 200])).toEqual([
      [0, 135, true],
      [1, 5, false],
    ]);
  });
});

describe("what a room measures of turns", () => {
  it("is the way from the last update to the end of the turn, which is its final too", async () => {
    const { world, room, publisher } = await liveRoom({ ...start, model: "flux-general-en" });
    const turn = (event: string, transcript: string) =>
      world.upstream.say({
        type: "TurnInfo",
        event,
        turn_index: 0,
        audio_window_start: 0,
        audio_window_end: 0.9,
        transcript,
        words: [],
      });
    room.received(publisher, audioMs(1_000));
    await turn("StartOfTurn", "Good");
    // The latency of Flux is told by its updates alone.
    expect(room.stats().latency.transcript).toBeNull();
    await world.time.advance(500);
    await turn("Update", "Good morning");
    await world.time.advance(230);
    await turn("EndOfTurn", "Good morning.");
    const { latency, text } = room.stats();
    expect(latency.transcript).toMatchObject({ count: 1, min: 100, max: 100 });
    expect(latency.final).toMatchObject({ count: 1, max: 230 });
    expect(latency.endOfTurn).toMatchObject({ count: 1, max: 230 });
    expect(text).toMatchObject({ interims: 2, finals: 1, words: 2, erasedWords: 0 });
  });
});

describe("what a room counts when clocks jump", () => {
  it("is never negative, and goes on", async () => {
    const stage = await liveRoom();
    const { world, room, publisher } = stage;
    for (const jumpMs of [3_600_000, -7_200_000, 500]) {
      room.received(publisher, audioMs(1_000));
      const at = room.stats().audio.received / 1_000 - 1;
      await world.upstream.results("Something", at, at + 0.5, false);
      world.time.setBack(jumpMs);
      await world.upstream.results("Something.", at, at + 1, true);
    }
    const { latency, recent } = room.stats();
    expect(latency.final?.count).toBe(3);
    expect(latency.final?.min).toBeGreaterThanOrEqual(0);
    expect(recent.reduce((sum, { words }) => sum + words, 0)).toBeLessThanOrEqual(3);
  });
});
