import { describe, expect, it } from "vitest";
import { Door } from "../../../party/room/door/door.ts";
import type { Pass } from "../../../party/room/door/pass.ts";
import type { Room } from "../../../party/room/room.ts";
import { CaptionwireError } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { begin, join, linesOf, liveRoom, sessionOf, textOf } from "../../support/live-room.ts";
import { newBook } from "../../support/memory-sqlite.ts";
import { ScriptedMember, ScriptedWorld } from "../../support/scripted-room.ts";
import { settle } from "../../support/virtual-time.ts";

/** Of the smallest frames there are: hours of audio go through these tests. */
const start = { type: "start", encoding: "mulaw", sampleRate: 8_000, channels: 1 } as const;
const bytesPerMs = 8;
const frames = new Map<number, Uint8Array>();

function audioOf(ms: number): Uint8Array {
  const known = frames.get(ms) ?? new Uint8Array(ms * bytesPerMs).fill(40);
  frames.set(ms, known);
  return known;
}

/** A room behind its door, put together as the host does. */
class House {
  readonly world: ScriptedWorld;
  readonly room: Room;
  readonly door: Door;
  readonly book: ReturnType<typeof newBook>["book"];

  private constructor(world: ScriptedWorld, room: Room, book: ReturnType<typeof newBook>["book"]) {
    this.world = world;
    this.room = room;
    this.book = book;
    this.door = new Door(book, {
      now: world.time.now,
      setTimer: world.time.setTimer,
      settings: () => room.describe().settings,
      dismiss: (socket, code) => room.dismiss(socket, code),
    });
  }

  static async open(world = new ScriptedWorld(), book = newBook().book): Promise<House> {
    return new House(world, await world.openRoom(), book);
  }

  /** The object dies: another opens what it has left behind. */
  async reborn(): Promise<House> {
    const world = new ScriptedWorld();
    world.store.room = this.world.store.room;
    await world.time.advance(this.world.time.now() - world.time.now());
    return House.open(world, this.book);
  }

  pass(tokenId: string, maxSeconds?: number): Pass {
    const now = this.world.time.now();
    const cap = maxSeconds === undefined ? {} : { maxSeconds };
    return { tokenId, issuedAt: now, expiresAt: now + limits.tokenMaxSeconds * 1_000, ...cap };
  }

  async publisher(id: string, message: object = start, pass = this.pass("p")): Promise<ScriptedMember> {
    const member = new ScriptedMember(id);
    this.door.enter(member, "publisher", pass);
    this.room.publisherJoined(member, { takeover: false, allowance: this.door.allowance(pass) });
    this.room.received(member, JSON.stringify(message));
    await settle();
    return member;
  }

  hear(member: ScriptedMember, frame: Uint8Array): void {
    try {
      this.door.heard(member.id, "audio");
      this.room.received(member, frame);
    } catch (error) {
      if (!(error instanceof CaptionwireError)) throw error;
      this.room.dismiss(member, error.code, error.message);
    }
    if (member.closed !== null) this.door.leave(member.id);
  }

  leave(member: ScriptedMember): void {
    this.door.leave(member.id);
    this.room.left(member.id);
  }
}

function codeOf(member: ScriptedMember): unknown {
  return member.of("error")[0]?.code;
}

type Speech = {
  readonly ms: number;
  readonly frameMs: number;
  readonly stepMs: number;
  /** The provider captions each second once it is whole: what it has heard of its socket before, seconds. */
  readonly captionedS?: number;
};

/** Sends so much, in frames of `frameMs`, each after `stepMs`; stops when it is sent away. Answers what was sent, ms. */
async function speak(house: House, member: ScriptedMember, speech: Speech): Promise<number> {
  const { ms, frameMs, stepMs, captionedS } = speech;
  let sentMs = 0;
  let secondsSaid = 0;
  while (sentMs < ms && member.closed === null) {
    house.hear(member, audioOf(frameMs));
    if (member.closed === null) sentMs += frameMs;
    if (stepMs > 0) await house.world.time.advance(stepMs);
    if (captionedS === undefined || sentMs < (secondsSaid + 1) * 1_000) continue;
    const at = captionedS + secondsSaid;
    await house.world.upstream.results(`w${at}.`, at, at + 1, true);
    secondsSaid += 1;
  }
  return sentMs;
}

/** How many seconds were captioned; what was lost is no word. */
function captionedSeconds({ room }: House): number {
  return room.transcript().segments.filter(({ text }) => /^w\d+\.$/.test(text)).length;
}

describe("a publisher that has not begun", () => {
  it("is sent away before long, and not once it has", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const [idle, other] = [new ScriptedMember("idle"), new ScriptedMember("other")];
    for (const member of [idle, other]) room.publisherJoined(member, { takeover: false });
    room.received(other, JSON.stringify(start));
    await world.time.advance(timing.publisherSilenceMs - 1);
    expect(idle.closed).toBeNull();
    room.received(other, audioOf(20));
    await world.time.advance(1);
    expect(idle.closed?.code).toBe(4412);
    expect(other.closed).toBeNull();
  });

  it("begins no session once its token has ended", async () => {
    const world = new ScriptedWorld();
    const room = await world.openRoom();
    const expiresAt = world.time.now() + 1_000;
    const [early, late] = [new ScriptedMember("early"), new ScriptedMember("late")];
    for (const member of [early, late]) room.publisherJoined(member, { takeover: false, expiresAt });
    room.received(early, JSON.stringify(start));
    await world.time.advance(1_000 + limits.tokenSkewSeconds * 1_000);
    room.received(late, JSON.stringify(start));
    expect(late.of("error")).toMatchObject([{ code: "token_expired" }]);
    expect(early.closed).toBeNull();
  });
});

describe("a publisher that keeps pace", () => {
  it("is never sent away, in the shortest frames and from a clock that is fast by 1 %", async () => {
    const house = await House.open();
    const publisher = await house.publisher("p1");
    await house.world.upstream.open();
    const ms = 900_000;
    expect(await speak(house, publisher, { ms, frameMs: 20, stepMs: 20 / 1.01, captionedS: 0 })).toBe(ms);
    expect(publisher.of("error")).toEqual([]);
    expect(publisher.closed).toBeNull();
    expect(house.world.dialled).toHaveLength(1);
    expect(captionedSeconds(house)).toBe(ms / 1_000);
  });

  it("may send two minutes at once after it could not, again and again, in the shortest frames", async () => {
    const house = await House.open();
    const publisher = await house.publisher("p1");
    await house.world.upstream.open();
    let saidMs = 0;
    for (let turn = 0; turn < 4; turn += 1) {
      // It is there, as its pings tell, but its audio is held up.
      for (let ms = 0; ms < limits.audioBufferMaxMs; ms += 5_000) {
        publisher.pingedAt = house.world.time.now();
        await house.world.time.advance(5_000);
      }
      const caughtUp = { ms: limits.audioBufferMaxMs, frameMs: 20, stepMs: 0 };
      expect(await speak(house, publisher, caughtUp)).toBe(limits.audioBufferMaxMs);
      const live = { ms: 30_000, frameMs: 20, stepMs: 20 };
      expect(await speak(house, publisher, live)).toBe(30_000);
      saidMs += limits.audioBufferMaxMs + 30_000;
    }
    expect(publisher.of("error")).toEqual([]);
    expect(house.room.load.bufferedBytes).toBeLessThanOrEqual(saidMs * bytesPerMs);
  });

  it("may send two minutes at once after it was away longer than it was waited for", async () => {
    const house = await House.open();
    const first = await house.publisher("p1");
    await house.world.upstream.open();
    await speak(house, first, { ms: 60_000, frameMs: 20, stepMs: 20 });
    house.leave(first);
    await house.world.time.advance(limits.audioBufferMaxMs);
    await house.world.upstream.close(1000);
    const again = await house.publisher("p2", { ...start, session: sessionOf(first) });
    const [ready] = again.of("ready");
    expect(ready?.resumeFrom).toBe(60_000 * bytesPerMs);
    const caughtUp = { ms: limits.audioBufferMaxMs, frameMs: 20, stepMs: 0 };
    expect(await speak(house, again, caughtUp)).toBe(limits.audioBufferMaxMs);
    expect(await speak(house, again, { ms: 60_000, frameMs: 20, stepMs: 20 })).toBe(60_000);
    expect(again.of("error")).toEqual([]);
  });

  it("may send again what died with the room, and two minutes more", async () => {
    const before = await House.open();
    const first = await before.publisher("p1");
    await before.world.upstream.open();
    await speak(before, first, { ms: 60_000, frameMs: 20, stepMs: 20, captionedS: 0 });
    await speak(before, first, { ms: 10_000, frameMs: 20, stepMs: 20 });
    const house = await before.reborn();
    const again = await house.publisher("p2", { ...start, session: sessionOf(first) });
    const [ready] = again.of("ready");
    expect(ready?.resumeFrom).toBe(60_000 * bytesPerMs);
    const caughtUp = { ms: 110_000, frameMs: 20, stepMs: 0 };
    expect(await speak(house, again, caughtUp)).toBe(110_000);
    expect(again.of("error")).toEqual([]);
  });
});

describe("a publisher that sends faster than one speaks", () => {
  const twice = { ms: 4 * limits.audioAheadMaxMs, frameMs: 250, stepMs: 125 };

  it("is sent away in the end, and can come back at once to go on where it was stopped", async () => {
    const house = await House.open();
    const publisher = await house.publisher("p1");
    await house.world.upstream.open();
    const sentMs = await speak(house, publisher, twice);
    expect(codeOf(publisher)).toBe("rate_limited");
    expect(publisher.closed).toEqual({ code: 4429, reason: "rate_limited" });
    // Not before it was ahead by what is forgiven, nor much later.
    expect(sentMs / 2).toBeGreaterThan(limits.audioAheadMaxMs - 1_000);
    expect(sentMs / 2).toBeLessThan(limits.audioAheadMaxMs * 1.1);
    const again = await house.publisher("p2", { ...start, session: sessionOf(publisher) });
    expect(again.of("ready")[0]?.resumeFrom).toBe(sentMs * bytesPerMs);
    expect(await speak(house, again, { ms: 120_000, frameMs: 20, stepMs: 20 })).toBe(120_000);
    expect(again.of("error")).toEqual([]);
    const tooFast = await speak(house, again, twice);
    expect(codeOf(again)).toBe("rate_limited");
    expect(tooFast).toBeLessThan(20_000);
  });

  it("is sent away also when it begins another session each time", async () => {
    const house = await House.open();
    const codes: unknown[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const publisher = await house.publisher(`p${turn}`);
      await house.world.upstream.open();
      await speak(house, publisher, { ms: 120_000, frameMs: 250, stepMs: 0 });
      codes.push(codeOf(publisher));
      if (publisher.closed !== null) break;
      house.room.received(publisher, JSON.stringify({ type: "finish" }));
      await house.world.time.advance(timing.finishTimeoutMs + timing.backfillWaitMs);
      await house.world.time.advance(5_000);
      expect(publisher.of("finished")).toHaveLength(1);
      house.leave(publisher);
    }
    expect(codes).toContain("rate_limited");
  });
});

describe("a publisher whose token says how many seconds it may send", () => {
  const message = { ...start, key: "the-key-of-this-publisher" };
  const slow = { frameMs: 250, stepMs: 250 };

  it("is ended by them; what came before is captioned, and another token goes on with the session", async () => {
    const house = await House.open();
    const viewer = join(house.room, "v1");
    const first = await house.publisher("p1", message, house.pass("ten", 10));
    await house.world.upstream.open();
    expect(await speak(house, first, { ms: 60_000, ...slow })).toBe(10_000);
    expect(codeOf(first)).toBe("cap_reached");
    expect(first.closed).toEqual({ code: 4503, reason: "cap_reached" });
    await house.world.upstream.results("Ten seconds.", 0, 10, true);
    await house.world.time.advance(timing.tickMs);
    expect(textOf(viewer)).toBe("Ten seconds.");

    const resume = { ...message, session: sessionOf(first) };
    const spent = await house.publisher("p2", resume, house.pass("ten", 10));
    expect(await speak(house, spent, { ms: 1_000, ...slow })).toBe(0);
    expect(codeOf(spent)).toBe("cap_reached");

    const other = await house.publisher("p3", resume, house.pass("other", 10));
    expect(other.of("ready")[0]?.resumeFrom).toBe(10_000 * bytesPerMs);
    expect(await speak(house, other, { ms: 60_000, ...slow })).toBe(10_000);
    expect(codeOf(other)).toBe("cap_reached");
    await house.world.upstream.results("Ten more.", 10, 20, true);
    await house.world.time.advance(timing.tickMs);
    expect(linesOf(viewer)).toEqual(["speech 0–10000 Ten seconds.", "speech 10000–20000 Ten more."]);
  });

  it("does not pay again for what died with the room", async () => {
    let house = await House.open();
    const pass = house.pass("thirty", 30);
    let publisher = await house.publisher("p1", message, pass);
    let saidMs = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      await house.world.upstream.open();
      saidMs += await speak(house, publisher, { ms: 5_000, ...slow });
      // Only half of what came is captioned before it dies.
      const captionedMs = saidMs - 2_500;
      await house.world.upstream.results(`Turn ${turn}.`, 0, 2.5, true);
      house = await house.reborn();
      publisher = await house.publisher(`p${turn + 2}`, { ...message, session: sessionOf(publisher) }, pass);
      expect(publisher.of("ready")[0]?.resumeFrom).toBe(captionedMs * bytesPerMs);
      saidMs = captionedMs;
    }
    await house.world.upstream.open();
    saidMs += await speak(house, publisher, { ms: 60_000, ...slow });
    expect(codeOf(publisher)).toBe("cap_reached");
    expect(saidMs).toBe(30_000);
  });

  it("is not kept from sending by audio it sent before its start was answered, nor lets that by for nothing", async () => {
    const { world, room } = await liveRoom();
    const { book } = newBook();
    const door = new Door(book, {
      now: world.time.now,
      setTimer: world.time.setTimer,
      settings: () => ({}),
      dismiss: () => {},
    });
    const now = world.time.now();
    const pass = { tokenId: "t", issuedAt: now, expiresAt: now + 60_000, maxSeconds: 3 };
    const member = new ScriptedMember("next");
    room.publisherJoined(member, { takeover: true, allowance: door.allowance(pass) });
    room.received(member, JSON.stringify(start));
    for (let frame = 0; frame < 40; frame += 1) room.received(member, audioOf(250));
    await settle();
    expect(member.closed).toBeNull();
    await world.upstream.close(1000);
    expect(codeOf(member)).toBe("cap_reached");
    expect(book.spending("t")?.usedMs).toBe(3_000);
    expect(room.load.bufferedBytes).toBe(3_000 * bytesPerMs);
    const other = await begin(room, "third");
    expect(other.of("error")).toEqual([]);
  });
});
