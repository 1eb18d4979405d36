import { describe, expect, it } from "vitest";
import { pointFigures } from "../../../../party/room/measure/points.ts";
import type { Alert } from "../../../../shared/stats.ts";
import { begin, liveRoom, sessionOf } from "../../../support/live-room.ts";
import { audioMs } from "../../../support/scripted-room.ts";
import { settle } from "../../../support/virtual-time.ts";

type Live = Awaited<ReturnType<typeof liveRoom>>;

const eventsOf = ({ world }: Live) => world.logged.map(({ event }) => event);
const lineOf = ({ world }: Live, name: string) => world.logged.filter(({ event }) => event === name).at(-1);

/** A second in which somebody speaks, and stops for breath. */
function spoken(): Uint8Array {
  const sound = new Int16Array(16_000).map((_, at) => (at < 12_000 ? ((at % 40) - 20) * 400 : 0));
  return new Uint8Array(sound.buffer);
}

/** In real time; what is recognised of each second, if only silence. */
async function speak(
  { world, room, publisher }: Live,
  seconds: number,
  text: string,
  sound = spoken(),
): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    room.received(publisher, sound);
    await world.time.advance(1_000);
    const { upstream } = world;
    const from = (heardS.get(upstream) ?? 0) + 1;
    heardS.set(upstream, from);
    await upstream.results(text, from - 1, from, true);
  }
}

/** By socket, whose clock begins at 0. */
const heardS = new WeakMap<object, number>();

describe("what an operator reads of a session", () => {
  it("is a line for each thing that happens, and one with everything at the end", async () => {
    const live = await liveRoom();
    const { world, room, publisher } = live;
    const session = sessionOf(publisher);
    await speak(live, 2, "Secret.");
    await world.upstream.close(1006);
    while (world.dialled.length < 2) await world.time.advance(100);
    await world.upstream.open();
    await speak(live, 1, "Secret.");
    room.left("p1");
    await world.time.advance(5_000);
    const again = await begin(room, "p2", {
      ...{ type: "start", encoding: "linear16", sampleRate: 16_000, channels: 1 },
      session,
    });
    await speak({ ...live, publisher: again }, 1, "");
    room.received(again, JSON.stringify({ type: "finish" }));
    await settle();
    await world.upstream.close(1000);
    expect(eventsOf(live).filter((event) => event !== "upstream_closed")).toEqual([
      "session_began",
      "upstream_opened",
      "upstream_lost",
      "upstream_opened",
      "upstream_recovered",
      "publisher_lost",
      "publisher_returned",
      "session_ended",
    ]);
    expect(lineOf(live, "publisher_returned")).toEqual({
      event: "publisher_returned",
      session,
      tookMs: 5_000,
    });
    const ended = lineOf(live, "session_ended");
    expect(ended).toMatchObject({
      session,
      by: "finish",
      dials: 2,
      dialsFailed: 0,
      upstreamLost: 1,
      publisherLost: 1,
    });
    expect(Object.keys(ended ?? {}).slice(3)).toEqual(pointFigures.session);
    expect(world.points.at(-1)).toMatchObject({ kind: "session", session, about: "finish" });
    expect(JSON.stringify([world.logged, world.points])).not.toMatch(/secret|words":"/i);
  });

  it("is a point for each minute that it lasts", async () => {
    const live = await liveRoom();
    await speak(live, 121, "Secret.");
    const minutes = live.world.points.filter(({ kind }) => kind === "minute");
    expect(minutes.map(({ figures }) => figures)).toMatchObject([
      { viewers: 1 },
      { viewers: 1, speech: expect.any(Number) },
    ]);
    live.room.received(live.publisher, JSON.stringify({ type: "finish" }));
    await settle();
    await live.world.upstream.close(1000);
    const before = live.world.points.length;
    await live.world.time.advance(600_000);
    expect(live.world.points.length).toBe(before);
  });

  it("is in its minutes as a whole: what is left at its end too, and nothing of the session before", async () => {
    const live = await liveRoom();
    const { world, room, publisher } = live;
    const sums = () => {
      const sumOf = new Map<string, number>();
      for (const point of world.points) {
        if (point.kind !== "minute") continue;
        sumOf.set(point.session, (sumOf.get(point.session) ?? 0) + point.figures.words);
      }
      return [...sumOf.values()];
    };
    const finish = async (member: typeof publisher) => {
      room.received(member, JSON.stringify({ type: "finish" }));
      await settle();
      await world.upstream.close(1000);
    };
    await speak(live, 73, "Secret.");
    await finish(publisher);
    expect(sums()).toEqual([73]);
    const next = await begin(room, "p2");
    await world.upstream.open();
    await speak({ ...live, publisher: next }, 121, "Secret.");
    await finish(next);
    expect(sums()).toEqual([73, 121]);
  });

  it("counts once in its minutes when it is taken up again after its end, and twice as a session", async () => {
    const live = await liveRoom();
    const { world, room, publisher } = live;
    const session = sessionOf(publisher);
    await speak(live, 7, "Secret.");
    room.left("p1");
    await world.time.advance(60_000);
    expect(room.stats().session?.endedAt).not.toBeNull();
    const again = await begin(room, "p2", {
      ...{ type: "start", encoding: "linear16", sampleRate: 16_000, channels: 1 },
      session,
    });
    await world.upstream.open();
    await speak({ ...live, publisher: again }, 4, "Secret.");
    room.received(again, JSON.stringify({ type: "finish" }));
    await settle();
    await world.upstream.close(1000);
    const minutes = world.points.filter(({ kind }) => kind === "minute");
    const words = minutes.map(({ figures }) => ("viewers" in figures ? figures.words : 0));
    const all = room.stats().text.words;
    expect(all).toBeGreaterThan(7);
    expect(words.reduce((sum, count) => sum + count, 0)).toBe(all);
    const ends = world.points.filter(({ kind }) => kind === "session");
    expect(ends).toMatchObject([{ figures: { words: 7 } }, { figures: { words: all } }]);
  });
});

describe("a session's alerts", () => {
  it("are told as they begin and are over, in the log, to listeners, as points and in the room's statistics", async () => {
    const live = await liveRoom();
    const { world, room } = live;
    const heard: Alert[] = [];
    const cancel = room.onAlert((alert) => heard.push(alert));
    await speak(live, 30, "");
    expect(heard).toMatchObject([{ kind: "no_words", until: null, limit: 20_000 }]);
    expect(room.stats().alerts).toMatchObject([{ kind: "no_words", until: null }]);
    await speak(live, 20, "Secret.");
    expect(heard).toMatchObject([{ until: null }, { kind: "no_words", until: expect.any(Number) }]);
    expect(room.stats().alerts).toEqual([heard[1]]);
    expect(eventsOf(live).filter((event) => String(event).startsWith("alert"))).toEqual([
      "alert_raised",
      "alert_cleared",
    ]);
    expect(world.points.filter(({ kind }) => kind === "alert")).toMatchObject([
      { about: "no_words", figures: { lasted: -1 } },
      { about: "no_words", figures: { limit: 20_000 } },
    ]);
    cancel();
    await speak(live, 30, "");
    expect(heard).toHaveLength(2);
  });

  it("are none of silence", async () => {
    const live = await liveRoom();
    await speak(live, 90, "", audioMs(1_000));
    expect(live.room.stats().alerts).toEqual([]);
  });

  it("say that the provider fails as soon as it has three times, and end with the session", async () => {
    const live = await liveRoom();
    const { world, room } = live;
    await speak(live, 1, "Secret.");
    await world.upstream.close(1006);
    const kinds = () =>
      room.stats().alerts.map(({ kind, until }) => `${kind} ${until === null ? "lasts" : "is over"}`);
    const dials = world.dialled.length;
    while (world.dialled.length < dials + 1 || !kinds().includes("upstream_failing lasts")) {
      if (world.dialled.length > dials + 5)
        throw new Error(`No alert after five refusals: ${kinds().join()}`);
      await world.upstream.refuse(503);
      await world.time.advance(8_000);
    }
    expect(kinds().sort()).toEqual(["connections_failing lasts", "upstream_failing lasts"]);
    room.left("p1");
    await world.time.advance(60_000);
    expect(room.stats().session?.endedAt).not.toBeNull();
    expect(kinds().sort()).toEqual(["connections_failing is over", "upstream_failing is over"]);
  });

  it("are none of the session before", async () => {
    const live = await liveRoom();
    const { world, room, publisher } = live;
    for (let second = 3; second < 33; second += 1) {
      room.received(publisher, audioMs(1_000));
      await world.time.advance(1_000);
      await world.upstream.results("Late.", 0, second - 2.9, false);
    }
    expect(room.stats().alerts).toMatchObject([{ kind: "latency_high" }]);
    await world.upstream.results("Late.", 0, 30, true);
    room.received(publisher, JSON.stringify({ type: "finish" }));
    await world.time.advance(100);
    await world.upstream.close(1000);
    await world.time.advance(100);
    await begin(room, "p2");
    await world.upstream.open();
    expect(room.stats().wordsPerMinute).toBe(0);
    await world.time.advance(6_000);
    expect(room.stats().latency.transcript).toBeNull();
    expect(room.stats().alerts).toEqual([]);
  });

  it("go with a purge; what goes on is told anew", async () => {
    const live = await liveRoom();
    const { world, room } = live;
    await speak(live, 30, "");
    const heard: Alert[] = [];
    room.onAlert((alert) => heard.push(alert));
    await room.purge();
    expect(room.stats().alerts).toEqual([]);
    expect(heard).toMatchObject([{ kind: "no_words", until: world.time.now() }]);
    await world.time.advance(6_000);
    expect(room.stats().alerts).toEqual([]);
    await world.time.advance(15_000);
    const next = await world.openRoom();
    expect(next.stats().alerts).toEqual([]);
    const purgedAt = heard[0]?.until ?? Number.NaN;
    await speak(live, 30, "");
    expect(room.stats().alerts).toMatchObject([{ kind: "no_words", until: null }]);
    expect(room.stats().alerts[0]?.since).toBeGreaterThan(purgedAt);
  });

  it("go on in the object that comes after an eviction", async () => {
    const live = await liveRoom();
    const { world } = live;
    await speak(live, 30, "");
    await world.time.advance(15_000);
    world.logged.splice(0);
    const next = await world.openRoom();
    expect(next.stats().alerts).toMatchObject([{ kind: "no_words", until: null }]);
    expect(eventsOf(live)).toEqual(["session_went_on", "publisher_lost"]);
  });
});
