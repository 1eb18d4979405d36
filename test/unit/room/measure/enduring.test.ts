import { describe, expect, it } from "vitest";
import { Figures } from "../../../../party/room/measure/figures.ts";
import { Measures } from "../../../../party/room/measure/measures.ts";
import { Minutes } from "../../../../party/room/measure/minutes.ts";
import { type MeasureStore, memoryMeasures } from "../../../../party/room/measure/store.ts";
import { Room } from "../../../../party/room/room.ts";
import type { StoredSession } from "../../../../party/room/store.ts";
import { begin, liveRoom, sessionOf } from "../../../support/live-room.ts";
import { audioMs, ScriptedWorld, start } from "../../../support/scripted-room.ts";
import { begunSession } from "../../../support/stored-session.ts";

type Stage = Pick<Awaited<ReturnType<typeof liveRoom>>, "world" | "room" | "publisher">;

/** A second in which somebody speaks, all the time or but for its end. */
function voice(ms = 1_000): Uint8Array {
  const samples = new Int16Array(16_000);
  for (let at = 0; at < ms * 16; at += 1) samples[at] = 6_000 * Math.sin(at / 7);
  return new Uint8Array(samples.buffer);
}

/** Seconds of speech, two words each. */
async function speak({ world, room, publisher }: Stage, seconds: number, before?: (second: number) => void) {
  for (let at = 0; at < seconds; at += 1) {
    before?.(at);
    room.received(publisher, voice(700));
    await world.time.advance(1_000);
    await world.upstream.results("two words", at, at + 1, true);
  }
}

async function finish({ world, room, publisher }: Stage): Promise<void> {
  room.received(publisher, JSON.stringify({ type: "finish" }));
  await world.time.advance(100);
  await world.upstream.close(1000);
}

/** A store that refuses one kind of work while it is told to. */
function refusing(kinds: readonly (keyof MeasureStore)[], store = memoryMeasures()) {
  const state = { refuses: false, asked: 0 };
  const guarded = <Arguments extends unknown[], Answer>(
    kind: keyof MeasureStore,
    work: (...given: Arguments) => Answer,
  ) => {
    return (...given: Arguments): Answer => {
      if (kinds.includes(kind)) state.asked += 1;
      if (state.refuses && kinds.includes(kind)) throw new Error("busy");
      return work(...given);
    };
  };
  const measures: MeasureStore = {
    entries: guarded("entries", store.entries),
    head: guarded("head", store.head),
    minutes: guarded("minutes", store.minutes),
    write: guarded("write", store.write),
    remove: guarded("remove", store.remove),
    clear: guarded("clear", store.clear),
  };
  return { state, measures };
}

async function liveOn(measures: MeasureStore): Promise<Stage & { readonly id: string }> {
  const world = new ScriptedWorld();
  const room = await Room.open(world.ports, world.store, measures);
  const publisher = await begin(room, "p1", start);
  await world.upstream.open();
  return { world, room, publisher, id: String(sessionOf(publisher)) };
}

const wordsOf = (store: MeasureStore, session: string) =>
  store.minutes(session).reduce((sum, { words }) => sum + words, 0);

describe("a read that fails", () => {
  it("destroys nothing: the session is measured on in memory, and goes on where it was once it can be read", async () => {
    const { state, measures } = refusing(["head", "minutes"]);
    const stage = await liveOn(measures);
    const { world, id } = stage;
    await speak(stage, 70);
    const kept = wordsOf(measures, id);
    expect(kept).toBeGreaterThan(100);
    state.refuses = true;
    const room = await Room.open(world.ports, world.store, measures);
    const publisher = await begin(room, "p2", { ...start, session: id, position: 70 * 16_000 });
    await world.upstream.open();
    await speak({ world, room, publisher }, 20);
    state.refuses = false;
    expect(wordsOf(measures, id)).toBe(kept);
    expect(room.stats().text.words).toBe(kept);
    await speak({ world, room, publisher }, 20);
    expect(room.stats().text.words).toBe(kept + 40);
    const report = room.report(id);
    expect(report?.minutes.reduce((sum, { words }) => sum + words, 0)).toBe(kept + 40);
    await finish({ world, room, publisher });
    expect(wordsOf(measures, id)).toBe(kept + 40);
  });

  it("of the minutes alone loses neither those that are kept nor what is counted meanwhile", () => {
    const one = new Minutes();
    one.at(0).words = 3;
    one.at(60_000).words = 4;
    const kept = one.list();
    let isThere = false;
    const two = new Minutes(() => (isThere ? kept : null));
    two.at(60_000).words += 2;
    expect(two.changed()).toEqual([]);
    two.stored();
    isThere = true;
    expect(two.changed().map(({ minute, words }) => [minute, words])).toEqual([[1, 6]]);
    expect(two.list().map(({ words }) => words)).toEqual([3, 6]);
  });

  it("keeps the room that may hold reports", async () => {
    const { state, measures } = refusing(["entries"]);
    const world = new ScriptedWorld();
    const room = await Room.open(world.ports, world.store, measures);
    expect([room.isKept, await room.expire()]).toEqual([false, null]);
    state.refuses = true;
    expect(room.isKept).toBe(true);
    expect(await room.expire()).toBeGreaterThan(world.time.now());
  });
});

describe("a write that fails", () => {
  it("loses no minute: what was not stored is written with the next", async () => {
    const { state, measures } = refusing(["write"]);
    const stage = await liveOn(measures);
    await speak(stage, 130, (second) => {
      state.refuses = second >= 55 && second < 90;
    });
    await finish(stage);
    expect(measures.minutes(stage.id)).toEqual(stage.room.report(stage.id)?.minutes);
    expect(wordsOf(measures, stage.id)).toBe(260);
  });

  it("leaves no session going on for ever: its end is stored by the next object", async () => {
    const { state, measures } = refusing(["write"]);
    const stage = await liveOn(measures);
    const { world, id } = stage;
    await speak(stage, 12);
    state.refuses = true;
    await finish(stage);
    expect(measures.entries()).toMatchObject([{ session: id, endedAt: null }]);
    state.refuses = false;
    const room = await Room.open(world.ports, world.store, measures);
    const ended = [{ session: id, endedAt: room.report(id)?.session.endedAt }];
    expect(ended[0]?.endedAt).toBeTypeOf("number");
    expect(measures.entries()).toMatchObject(ended);
    await begin(room, "p2");
    expect(room.report(id)?.session).toMatchObject({ endedBy: "finish" });
  });

  it("nor before the next session begins", async () => {
    const { state, measures } = refusing(["write"]);
    const stage = await liveOn(measures);
    await speak(stage, 12);
    state.refuses = true;
    await finish(stage);
    state.refuses = false;
    await begin(stage.room, "p2");
    expect(stage.room.report(stage.id)?.session).toMatchObject({ endedBy: "finish" });
  });
});

describe("the death of an object", () => {
  const session: StoredSession = { ...begunSession, format: { ...begunSession.format, sampleRate: 16_000 } };
  const at = (seconds: number) => seconds * 16_000;
  const final = (from: number, to: number) => {
    const words = Array.from({ length: to - from }, (_, word) => ({
      text: "word",
      from: at(from + word),
      to: at(from + word + 1),
      confidence: 1,
    }));
    const text = words.map((word) => word.text).join(" ");
    return { kind: "final" as const, from: at(from), to: at(to), text, words };
  };

  /** Six seconds of speech are stored, without their final; then the object dies. */
  function died(): { readonly ports: { now(): number; log(): void }; readonly store: MeasureStore } {
    const clock = { now: 1_000_000 };
    const ports = { now: () => clock.now, log: () => {} };
    const store = memoryMeasures();
    const measures = new Measures(ports, store, null);
    measures.began(session, 0);
    for (let second = 0; second < 6; second += 1) measures.audio(voice(), at(second), at(second + 1));
    clock.now += 11_000;
    measures.storeSometimes();
    return { ports, store };
  }

  it("makes no captioned speech one without captions", () => {
    const { ports, store } = died();
    const left = { ...session, covered: at(6) };
    const measures = new Measures(ports, store, { session: left, segments: [] });
    measures.began(left, at(6));
    for (let second = 6; second < 9; second += 1) measures.audio(voice(), at(second), at(second + 1));
    measures.heard([final(6, 9)], 1, at(9));
    measures.ended({ at: 2_000_000, by: "finish" });
    const { audio } = measures.stats({ state: "ended", viewers: 0 });
    expect(audio.speech).toBeGreaterThan(8_000);
    expect(audio.uncaptioned).toBe(0);
  });

  it("nor gaps captioned, and what is still owed is given back once it is filled", () => {
    const { ports, store } = died();
    const gap = (id: string, start: number, end: number) => {
      return { id, session: "s1", kind: "gap" as const, start, end, text: "", at: 0, version: 1 };
    };
    const hole = { id: "b", from: at(4), to: at(5) };
    const left = { ...session, covered: at(6), holes: [hole] };
    const segments = [gap("a", 1_000, 3_000), gap("b", 4_000, 5_000)];
    const measures = new Measures(ports, store, { session: left, segments });
    measures.began(left, at(6));
    const uncaptioned = () => measures.stats({ state: "live", viewers: 0 }).audio.uncaptioned;
    expect(uncaptioned()).toBe(3_000);
    measures.filled("s1", hole, [final(4, 5)]);
    expect(uncaptioned()).toBe(2_000);
    expect(measures.report("s1")?.minutes.map(({ uncaptionedMs }) => uncaptionedMs)).toEqual([2_000]);
  });

  it("is no second loss of a publisher that was away, nor an end to its absence", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, audioMs(1_000));
    await world.time.advance(1_000);
    await world.upstream.results("one", 0, 1, true);
    room.left(publisher.id);
    await world.time.advance(16_000);
    const next = await Room.open(world.ports, world.store, world.measures);
    await world.time.advance(5_000);
    const again = await begin(next, "p2", { ...start, session: sessionOf(publisher), position: 16_000 });
    next.received(again, audioMs(1_000));
    expect(next.stats().publisher).toMatchObject({ lost: 1, returned: 1 });
    expect(next.report(String(sessionOf(publisher)))?.interruptions).toEqual([
      { what: "publisher", start: 1_000, tookMs: 21_000 },
    ]);
  });

  it("leaves the spread of a minute that was over as it was", () => {
    const before = new Minutes();
    for (let value = 0; value < 50; value += 1) before.lag(4 * 60_000 + value, 1_000);
    for (let value = 0; value < 3; value += 1) before.lag(5 * 60_000 + value, 1_000);
    const kept = before.list();
    const after = new Minutes(() => kept, before.storedLag());
    after.lag(4 * 60_000 + 59_000, 100);
    after.lag(5 * 60_000 + 10, 100);
    expect(after.list().map(({ minute, lag }) => [minute, lag?.count, lag?.max])).toEqual([
      [4, 50, 1_000],
      [5, 4, 1_000],
    ]);
  });

  it("wakes no minutes until somebody asks for them", async () => {
    const { state, measures } = refusing(["minutes"]);
    const stage = await liveOn(measures);
    await speak(stage, 12);
    await finish(stage);
    state.asked = 0;
    const room = await Room.open(stage.world.ports, stage.world.store, measures);
    expect(room.stats().text.words).toBe(24);
    expect(room.reports()).toHaveLength(1);
    expect(state.asked).toBe(0);
    expect(room.report(stage.id)?.minutes).toHaveLength(1);
    expect(state.asked).toBe(1);
  });
});

describe("figures that begin in the middle", () => {
  it("count the socket that is being asked for", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, audioMs(1_000));
    await world.upstream.close(1006);
    while (world.dialled.length < 2) await world.time.advance(100);
    await room.purge();
    await world.upstream.open();
    expect(room.stats().upstream).toMatchObject({ dials: 1, opened: 1, retries: 1, lost: 0 });
  });
});

describe("a publisher that jumps", () => {
  it("by days leaves the report its minutes", async () => {
    const { world, room, publisher } = await liveRoom();
    room.received(publisher, audioMs(1_000));
    await world.upstream.results("one", 0, 1, true);
    await world.time.advance(1_000);
    const session = sessionOf(publisher);
    room.left(publisher.id);
    const days = 2 * 24 * 3_600;
    const again = await begin(room, "p2", { ...start, session, position: days * 16_000 });
    await world.upstream.open();
    room.received(again, voice());
    room.received(again, voice());
    const report = room.report(String(session));
    expect(report?.gaps).toMatchObject({ count: 1, ms: days * 1_000 - 1_000 });
    expect(report?.minutes.map(({ minute, gapMs }) => [minute, gapMs])).toEqual([
      [0, 0],
      [days / 60, 0],
    ]);
    expect(report?.minutes.at(-1)?.speechMs).toBeGreaterThan(1_000);
  });
});

describe("the head of a session", () => {
  it("fits in 128 KiB, whatever there was", () => {
    const about = { id: "s1", startedAt: 0, language: "en", model: "nova-3", ended: null };
    const figures = Figures.begin({ ...about, format: begunSession.format }, 0);
    const { coverage, bursts, gapRanges, interruptions, sketches } = figures;
    const dayMs = 86_400_000;
    for (const sketch of Object.values(sketches)) {
      for (let value = 0; value < 100_000; value += 1) sketch.add(1.0003 ** value);
    }
    for (let at = 0; at < 2_500; at += 1) coverage.speech(800_000 + 3 * at);
    coverage.miss(dayMs * 2, true);
    for (let at = 0; at < 2_500; at += 1) coverage.speech(900_000 + 3 * at);
    for (let at = 0; at < 200; at += 1) {
      const start = dayMs + at / 7;
      bursts.push({ start, end: start, wordsPerMinute: 240 });
      gapRanges.push({ start: Math.round(start), end: Math.round(start), filled: false });
      interruptions.push({ what: "publisher", start: Math.round(start), tookMs: 123_456 });
    }
    const { head } = figures.row();
    expect(head.length).toBeGreaterThan(64 * 1_024);
    expect(head.length).toBeLessThan(128 * 1_024);
  });
});

describe("gaps beyond those that are listed", () => {
  it("are never filled more often than they are counted", () => {
    const figures = Figures.begin(
      { id: "s1", startedAt: 0, language: null, model: null, format: begunSession.format, ended: null },
      0,
    );
    for (let at = 0; at < 200; at += 1) figures.gapRanges.push({ start: at, end: at + 1, filled: true });
    figures.counters.gaps.count = 200;
    figures.counters.gaps.ms = 200;
    figures.counters.gaps.filled = 200;
    const store = memoryMeasures();
    store.write({ session: "s1", startedAt: 0, endedAt: null }, figures.row());
    const measures = new Measures({ now: () => 0, log: () => {} }, store, {
      session: begunSession,
      segments: [],
    });
    measures.filled("s1", { from: 5_000, to: 6_000 }, []);
    expect(measures.stats({ state: "live", viewers: 0 })).toMatchObject({
      gaps: { count: 200, filled: 200, ms: 200 },
      audio: { backfilled: 200 },
    });
  });
});
