import { describe, expect, it } from "vitest";
import { Door } from "../../../party/room/door/door.ts";
import type { Pass } from "../../../party/room/door/pass.ts";
import { type ErrorCode, errorTable } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { begin, liveRoom } from "../../support/live-room.ts";
import { newBook } from "../../support/memory-sqlite.ts";
import { audioMs, ScriptedMember } from "../../support/scripted-room.ts";

const endsAt = 1_000_000;
const skewMs = limits.tokenSkewSeconds * 1_000;

function doorAt(start: number) {
  const { book } = newBook();
  const clock = { now: start };
  const timers: { run: () => void; at: number }[] = [];
  const door = new Door(book, {
    now: () => clock.now,
    setTimer: (run, delayMs) => {
      timers.push({ run, at: clock.now + delayMs });
      return () => {};
    },
    settings: () => ({}),
    dismiss: (socket, code: ErrorCode) => {
      socket.close(errorTable[code].close, code);
      door.leave(socket.id);
    },
  });
  const enter = (id: string, pass: Partial<Pass> = {}, role: "viewer" | "publisher" = "viewer") => {
    const member = new ScriptedMember(id);
    door.enter(member, role, { ...passOf(`token of ${id}`), ...pass });
    return member;
  };
  return { door, clock, enter, timers };
}

const passOf = (tokenId: string, expiresAt = endsAt): Pass => ({ tokenId, issuedAt: 1, expiresAt });

describe("a viewer whose token ends", () => {
  it("is asked once the skew is over, once, and sent away when the grace is over", () => {
    const { door, clock, enter } = doorAt(endsAt - 1_000);
    const viewer = enter("v");
    for (const [at, asked, closed] of [
      [endsAt - 1, 0, null],
      [endsAt + skewMs - 1, 0, null],
      [endsAt + skewMs, 1, null],
      [endsAt + skewMs + 1, 1, null],
      [endsAt + skewMs + timing.refreshGraceMs - 1, 1, null],
      [endsAt + skewMs + timing.refreshGraceMs, 1, 4401],
    ] as const) {
      clock.now = at;
      door.sweep();
      expect([at, viewer.of("refresh").length, viewer.closed?.code ?? null]).toEqual([at, asked, closed]);
    }
    expect(viewer.of("refresh")).toEqual([{ type: "refresh", withinMs: timing.refreshGraceMs }]);
    expect(door.isEmpty).toBe(true);
  });

  it("is sent away by the room's own clock, each in its time, also where a timer comes too early", () => {
    const { door, clock, enter, timers } = doorAt(endsAt + skewMs);
    const first = enter("first");
    door.sweep();
    clock.now += 10_000;
    const second = enter("second");
    door.sweep();
    const askedAt = [endsAt + skewMs, endsAt + skewMs + 10_000] as const;
    const fire = (at: number) => {
      clock.now = at;
      timers.shift()?.run();
      return [first, second].map((viewer) => viewer.closed?.code ?? null);
    };
    expect(timers.map(({ at }) => at)).toEqual([askedAt[0] + timing.refreshGraceMs]);
    expect(fire(askedAt[0] + timing.refreshGraceMs - 1)).toEqual([null, null]);
    expect(timers.map(({ at }) => at)).toEqual([askedAt[0] + timing.refreshGraceMs]);
    expect(fire(askedAt[0] + timing.refreshGraceMs)).toEqual([4401, null]);
    expect(timers.map(({ at }) => at)).toEqual([askedAt[1] + timing.refreshGraceMs]);
    expect(fire(askedAt[1] + timing.refreshGraceMs)).toEqual([4401, 4401]);
    expect(timers).toEqual([]);
  });

  it("stays by another token until that ends, and is asked again", () => {
    const { door, clock, enter } = doorAt(endsAt + skewMs);
    const viewer = enter("v");
    door.sweep();
    const next = endsAt + 60_000;
    door.renew("v", passOf("another", next));
    expect(viewer.of("renewed")).toEqual([{ type: "renewed", expiresAt: next }]);
    clock.now = next + skewMs - 1;
    door.sweep();
    expect(viewer.of("refresh")).toHaveLength(1);
    clock.now = next + skewMs;
    door.sweep();
    expect(viewer.of("refresh")).toHaveLength(2);
    clock.now += timing.refreshGraceMs;
    door.sweep();
    expect(viewer.closed).toEqual({ code: 4401, reason: "token_expired" });
  });

  it("gains nothing by showing the ended one again", () => {
    const { door, clock, enter } = doorAt(endsAt + skewMs);
    const viewer = enter("v");
    door.sweep();
    door.renew("v", passOf("token of v"));
    door.sweep();
    expect(viewer.closed).toBeNull();
    clock.now += timing.refreshGraceMs;
    door.sweep();
    expect(viewer.closed?.code).toBe(4401);
  });

  it.each<[string, ErrorCode, (stage: ReturnType<typeof doorAt>) => Pass]>([
    [
      "revoked",
      "token_revoked",
      ({ door }) => {
        door.revoke({ issuedBefore: 0, tokens: [{ id: "bad", until: endsAt * 2 }] });
        return { ...passOf("bad", endsAt * 2), issuedAt: 1 };
      },
    ],
    [
      "spent",
      "ticket_used",
      ({ door }) => {
        const ticket = { ...passOf("bad", endsAt * 2), singleUse: true } as const;
        door.use(ticket);
        return ticket;
      },
    ],
    [
      "in use as often as it may be",
      "too_many_connections",
      ({ enter }) => {
        enter("w", { ...passOf("bad", endsAt * 2), maxConnections: 1 });
        return { ...passOf("bad", endsAt * 2), maxConnections: 1 };
      },
    ],
  ])("is not kept in by one that is %s", (_, code, bad) => {
    const stage = doorAt(endsAt + skewMs);
    const { door, clock } = stage;
    const viewer = stage.enter("v", { issuedAt: 1 });
    const pass = bad(stage);
    door.sweep();
    expect(() => door.renew("v", pass)).toThrow(expect.objectContaining({ code }));
    expect(viewer.of("renewed")).toEqual([]);
    expect(door.passOf("v")?.tokenId).toBe("token of v");
    clock.now += timing.refreshGraceMs;
    door.sweep();
    expect(viewer.closed?.code).toBe(4401);
  });

  it("is found by a revocation under its new token, and not under the one it no longer has", () => {
    const { door, enter } = doorAt(0);
    const viewer = enter("v", { issuedAt: 1 });
    door.renew("v", { ...passOf("another"), issuedAt: 1 });
    door.revoke({ issuedBefore: 0, tokens: [{ id: "token of v", until: endsAt }] });
    expect(viewer.closed).toBeNull();
    door.revoke({ issuedBefore: 0, tokens: [{ id: "another", until: endsAt }] });
    expect(viewer.closed?.code).toBe(4501);
  });

  it("frees the place of its old token and takes one of the new", () => {
    const { door, enter } = doorAt(0);
    enter("v", { maxConnections: 1 });
    door.renew("v", { ...passOf("another"), maxConnections: 1 });
    expect(() => enter("w", { ...passOf("another"), maxConnections: 1 })).toThrow(
      expect.objectContaining({ code: "too_many_connections" }),
    );
    enter("x", { ...passOf("token of v"), maxConnections: 1 });
    door.leave("v");
    enter("y", { ...passOf("another"), maxConnections: 1 });
  });

  it("is asked again when the clock was set back, and never left waiting for ever", () => {
    const { door, clock, enter } = doorAt(0);
    const viewer = enter("v");
    clock.now = endsAt + 500_000;
    door.sweep();
    clock.now = endsAt + skewMs;
    door.sweep();
    expect(viewer.of("refresh")).toHaveLength(2);
    clock.now += timing.refreshGraceMs;
    door.sweep();
    expect(viewer.closed?.code).toBe(4401);
  });

  it("who publishes is not asked, nor who reads a stream of events", () => {
    const { door, clock, enter } = doorAt(0);
    const publisher = enter("p", {}, "publisher");
    const stream = Object.assign(new ScriptedMember("s"), { selfPaced: true } as const);
    door.enter(stream, "viewer", passOf("token of s"));
    for (const at of [endsAt * 2, endsAt * 4]) {
      clock.now = at;
      door.sweep();
    }
    for (const member of [publisher, stream]) expect([member.frames, member.closed]).toEqual([[], null]);
  });

  it("who has left is not asked, and cannot come back by a token in band", () => {
    const { door, clock, enter } = doorAt(0);
    const viewer = enter("v");
    door.leave("v");
    clock.now = endsAt * 2;
    door.sweep();
    door.renew("v", passOf("another", endsAt * 4));
    expect(viewer.frames).toEqual([]);
    expect(door.isEmpty).toBe(true);
  });
});

describe("a pass that has ended", () => {
  it("lets nobody in, nor is it used, however long it was under way", () => {
    const { door, clock, enter } = doorAt(endsAt);
    clock.now = endsAt + skewMs + 60_000;
    const expired = expect.objectContaining({ code: "token_expired" });
    expect(() => enter("v")).toThrow(expired);
    expect(() => door.use(passOf("another"))).toThrow(expired);
    clock.now -= 1;
    door.use(passOf("another"));
  });
});

describe("a ticket at its very end", () => {
  it("stays spent for as long as the edge may let it pass", () => {
    const { door, clock } = doorAt(endsAt - 1_000);
    const ticket = { ...passOf("ticket"), singleUse: true } as const;
    door.use(ticket);
    clock.now = endsAt + skewMs;
    expect(() => door.use(ticket)).toThrow(expect.objectContaining({ code: "ticket_used" }));
  });

  // What the edge let pass in the last moment may reach a room that is busy, or whose clock is ahead, much later.
  it("stays spent for what is under way to a room", () => {
    const { door, clock } = doorAt(endsAt - 1_000);
    const ticket = { ...passOf("ticket"), singleUse: true } as const;
    door.use(ticket);
    clock.now = endsAt + skewMs + 3_000;
    expect(() => door.use(ticket)).toThrow(expect.objectContaining({ code: "ticket_used" }));
  });
});

describe("a room in which somebody speaks", () => {
  it("looks after its viewers' tokens with every heartbeat, and hands on what they send", async () => {
    const { world, room, viewer, publisher } = await liveRoom();
    for (let ms = 0; ms < 3 * timing.heartbeatMs; ms += 1_000) {
      room.received(publisher, audioMs(1_000));
      await world.time.advance(1_000);
    }
    expect(world.beats).toBe(3);
    room.received(viewer, JSON.stringify({ type: "auth", token: "a new one" }));
    expect(world.renewals).toEqual([{ id: "v1", token: "a new one" }]);
    // A publisher is not asked, and may not.
    const other = await begin(room, "p2");
    room.received(publisher, JSON.stringify({ type: "auth", token: "x" }));
    expect(publisher.closed?.code).toBe(4500);
    expect(world.renewals).toHaveLength(1);
    expect(other.closed?.code).toBe(4509);
  });

  it.each([
    { type: "auth" },
    { type: "auth", token: 1 },
    { type: "auth", token: "x".repeat(8_193) },
    { type: "auth", token: "x", more: 1 },
  ])("takes no renewal that is none: %j", async (message) => {
    const { world, room, viewer } = await liveRoom();
    room.received(viewer, JSON.stringify(message));
    expect(viewer.closed).toEqual({ code: 4500, reason: "bad_message" });
    expect(world.renewals).toEqual([]);
  });
});
