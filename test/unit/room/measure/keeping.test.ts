import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { Measures } from "../../../../party/room/measure/measures.ts";
import type { Signals } from "../../../../party/room/measure/signals.ts";
import type { MeasureStore } from "../../../../party/room/measure/store.ts";
import { Room } from "../../../../party/room/room.ts";
import { QualityReportSchema, reportsMax } from "../../../../shared/quality-report.ts";
import { begin, join, liveRoom } from "../../../support/live-room.ts";
import { audioMs, ScriptedMember, ScriptedWorld, start } from "../../../support/scripted-room.ts";
import { begunSession } from "../../../support/stored-session.ts";

type Stage = Awaited<ReturnType<typeof liveRoom>>;

const hourMs = 3_600_000;

/** So many seconds of speech, a word and an interim each. */
async function speak({ world, room, publisher }: Stage, seconds: number, fromS = 0): Promise<void> {
  for (let at = fromS; at < fromS + seconds; at += 1) {
    await world.time.advance(1_000);
    room.received(publisher, audioMs(1_000));
    await world.upstream.results(`word`, at, at + 0.7, false);
    await world.upstream.results(`word`, at, at + 1, true);
  }
}

async function finish({ world, room }: Pick<Stage, "world" | "room">, publisher: ScriptedMember) {
  room.received(publisher, JSON.stringify({ type: "finish" }));
  await world.time.advance(100);
  await world.upstream.close(1000);
}

/** The room of another object, on what the one before has stored. */
async function afterDeath({ world }: Pick<Stage, "world">): Promise<Room> {
  return await Room.open(world.ports, world.store, world.measures);
}

describe("figures of a session", () => {
  it("go on where they were stored when the room's object dies, at most ten seconds before", async () => {
    const stage = await liveRoom();
    await speak(stage, 75);
    const before = stage.room.stats();
    const room = await afterDeath(stage);
    const { latency, text, audio, session, publisher } = room.stats();
    expect(session).toEqual(before.session);
    expect(text.words).toBeGreaterThanOrEqual(65);
    expect(text.words).toBeLessThanOrEqual(75);
    expect(latency.transcript).toMatchObject({ count: text.words, min: 300, max: 300 });
    expect(audio.received).toBeGreaterThanOrEqual(65_000);
    // Its publisher lost its connection with the object.
    expect(publisher.lost).toBe(1);
    expect(room.report(session?.id ?? "")?.minutes.map(({ minute }) => minute)).toEqual([0, 1]);

    const again = await begin(room, "p2", { ...start, session: session?.id, position: 75 * 16_000 });
    await stage.world.upstream.open();
    room.received(again, audioMs(1_000));
    expect(room.stats().publisher.returned).toBe(1);
    await speak({ ...stage, room, publisher: again }, 1, 1);
    expect(room.stats().text.words).toBe(text.words + 1);
  });

  it("are all there when the session has ended", async () => {
    const stage = await liveRoom();
    await speak(stage, 4);
    await finish(stage, stage.publisher);
    const id = stage.room.stats().session?.id ?? "";
    const report = stage.room.report(id);
    expect(v.parse(QualityReportSchema, report).text.words).toBe(4);
    const room = await afterDeath(stage);
    expect(room.report(id)).toEqual(report);
    expect(room.reports()).toEqual(stage.room.reports());
    expect(room.stats()).toMatchObject({ session: { id }, text: { words: 4 } });
  });

  it("are those of the latest; of those before there are reports, the newest first, up to a number", async () => {
    const stage = await liveRoom();
    await finish(stage, stage.publisher);
    const { world, room } = stage;
    for (let at = 1; at < reportsMax + 3; at += 1) {
      const publisher = await begin(room, `p${at}x`, { ...start, model: `nova-${at}` });
      await world.upstream.open();
      await finish(stage, publisher);
    }
    const reports = room.reports();
    expect(reports).toHaveLength(reportsMax);
    expect(reports.map(({ session }) => session)).toEqual(
      reports
        .map(({ session }) => session)
        .toSorted()
        .toReversed(),
    );
    expect(reports.map(({ session }) => room.report(session)?.session.model)).toEqual(
      Array.from({ length: reportsMax }, (_, at) => `nova-${reportsMax + 2 - at}`),
    );
    expect(reports[0]?.session).toBe(room.stats().session?.id);
  });

  it("take in what comes when their session is over, and another one runs", async () => {
    const stage = await liveRoom();
    await speak(stage, 1);
    await finish(stage, stage.publisher);
    const { room } = stage;
    const [first] = room.reports();
    await begin(room, "p2");
    const [segment] = room.transcript().segments;
    await room.edit(segment?.id ?? "", "Corrected.");
    expect(room.report(first?.session ?? "")?.text.corrections).toBe(1);
    expect(room.stats().text.corrections).toBe(0);
  });
});

describe("what is purged", () => {
  it("leaves no report, and the running session begins to be measured anew", async () => {
    const stage = await liveRoom();
    await speak(stage, 2);
    await finish(stage, stage.publisher);
    const { world, room } = stage;
    const publisher = await begin(room, "p2");
    await world.upstream.open();
    join(room, "v2");
    await speak({ ...stage, publisher }, 12);
    const id = room.stats().session?.id;
    await room.purge();
    expect(room.reports().map(({ session }) => session)).toEqual([id]);
    expect(world.measures.entries().map(({ session }) => session)).toEqual([id]);
    expect(room.stats()).toMatchObject({
      text: { words: 0, interims: 0 },
      audio: { received: 0 },
      latency: { transcript: null },
      audience: { peak: 2, joined: 0 },
    });
    expect(room.report(id ?? "")?.minutes.map(({ words }) => words)).toEqual([0]);
    await speak({ ...stage, publisher }, 1, 12);
    expect(room.stats()).toMatchObject({ text: { words: 1 }, audio: { received: 1_000 } });
  });

  it("leaves nothing where no session runs", async () => {
    const stage = await liveRoom();
    await speak(stage, 2);
    await finish(stage, stage.publisher);
    await stage.room.purge();
    expect(stage.room.reports()).toEqual([]);
    expect(stage.room.stats()).toMatchObject({ session: null, text: { words: 0 } });
    expect((await afterDeath(stage)).reports()).toEqual([]);
  });
});

describe("what is older than the room keeps", () => {
  it("goes by the end of its session, and a room is kept for as long", async () => {
    const stage = await liveRoom();
    const { world, room } = stage;
    await room.configure({ retentionHours: 2 });
    await finish(stage, stage.publisher);
    const endedAt = world.time.now();
    expect(await room.expire()).toBe(endedAt + 2 * hourMs);
    await world.time.advance(hourMs);
    const publisher = await begin(room, "p2");
    await world.upstream.open();
    await finish(stage, publisher);
    await world.time.advance(hourMs);
    await room.expire();
    expect(room.reports()).toHaveLength(1);
    await room.configure({});
    room.left(publisher.id);
    room.left(stage.publisher.id);
    expect([room.isKept, room.isVacant]).toEqual([true, false]);
    await room.configure({ retentionHours: 1 });
    expect(await room.expire()).toBeNull();
    expect(room.reports()).toEqual([]);
    await room.configure({});
    expect([room.isKept, room.isVacant]).toEqual([false, true]);
    expect(room.stats().session).toBeNull();
  });
});

describe("a store that fails", () => {
  it("is logged, and harms no caption", async () => {
    const logged: string[] = [];
    const refuse = () => {
      throw new Error("disk full");
    };
    const broken: MeasureStore = {
      entries: refuse,
      head: refuse,
      minutes: refuse,
      write: refuse,
      remove: refuse,
      clear: refuse,
    };
    const world = new ScriptedWorld();
    const ports = { ...world.ports, log: (event: string) => logged.push(event) };
    const room = await Room.open(ports, world.store, broken);
    const publisher = await begin(room, "p1");
    await world.upstream.open();
    const stage = { world, room, publisher, viewer: new ScriptedMember("v1") };
    await speak(stage, 12);
    await room.expire();
    await finish(stage, publisher);
    expect(publisher.of("finished")).toHaveLength(1);
    expect(world.deaths).toBe(0);
    expect(room.transcript().segments).toHaveLength(12);
    expect(logged).toContain("measures_failed");
    const id = room.stats().session?.id ?? "";
    expect(room.report(id)?.text.words).toBe(12);
    // What cannot be deleted is not said to be.
    await expect(room.purge()).rejects.toMatchObject({ code: "internal" });
    expect(world.deaths).toBe(1);
  });

  it("nor does anything else that goes wrong in measuring", () => {
    const logged: string[] = [];
    const world = new ScriptedWorld();
    const measures = new Measures(
      { now: world.time.now, log: (event) => logged.push(event) },
      world.measures,
      null,
    );
    const broken = new Proxy({} as Signals, {
      get: () => () => {
        throw new Error("not foreseen");
      },
    });
    measures.signals = broken;
    measures.began({ ...begunSession, startedAt: world.time.now() }, 0);
    measures.link("opened");
    measures.heard([{ kind: "interim", from: 0, to: 1, text: "word", words: [] }], 1, 10);
    measures.publisherLost();
    measures.ended({ at: world.time.now(), by: "finish" });
    expect(logged.length).toBeGreaterThanOrEqual(5);
    expect(new Set(logged)).toEqual(new Set(["measures_failed"]));
    expect(measures.report(begunSession.id)?.session.endedBy).toBe("finish");
  });

  it("that holds what cannot be read has its figures begun anew", async () => {
    const stage = await liveRoom();
    await speak(stage, 12);
    const [entry] = stage.world.measures.entries();
    if (entry !== undefined)
      stage.world.measures.write(entry, {
        head: '{"of":"another shape"}',
        minutes: [],
        isAnew: false,
      });
    const room = await afterDeath(stage);
    expect(room.stats()).toMatchObject({ session: { id: entry?.session }, text: { words: 0 } });
    // Nothing of the old shape stays beside it.
    expect(stage.world.measures.minutes(entry?.session ?? "").map(({ words }) => words)).toEqual([0]);
  });
});

describe("what is stored of a long and troubled session", () => {
  it("stays small", async () => {
    const stage = await liveRoom();
    const { world, room } = stage;
    await speak(stage, 6);
    const session = stage.publisher.of("ready")[0]?.session;
    let publisher = stage.publisher;
    for (let at = 0; at < 260; at += 1) {
      room.left(publisher.id);
      await world.time.advance(1_000);
      // Each time it goes on a little later: what lies between is a gap.
      publisher = await begin(room, `p${at}x`, { ...start, session, position: 16_000 * (7 + 2 * at) });
      room.received(publisher, audioMs(1_000));
    }
    const head = world.measures.head(String(session));
    expect(room.stats().publisher.lost).toBe(260);
    expect(room.report(String(session))?.interruptions).toHaveLength(200);
    expect(head?.length).toBeLessThan(128 * 1_024);
  });
});
