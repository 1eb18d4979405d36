import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Door } from "../../../party/room/door/door.ts";
import type { Pass } from "../../../party/room/door/pass.ts";
import type { MemberSocket } from "../../../party/room/ports.ts";
import { limits, timing } from "../../../shared/limits.ts";
import type { Role } from "../../../shared/protocol.ts";
import type { RoomSettings } from "../../../shared/settings.ts";
import { newBook } from "../../support/memory-sqlite.ts";
import { refusal } from "../../support/refused.ts";
import { ScriptedMember } from "../../support/scripted-room.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const lifeMs = 60_000;
const skewMs = limits.tokenSkewSeconds * 1_000;

/** A door as its host hangs it: whoever is sent away has left. */
class Entrance {
  readonly time = new VirtualTime();
  settings: RoomSettings = {};
  readonly dismissed: { readonly id: string; readonly code: string }[] = [];
  readonly #book = newBook().book;
  door: Door;

  constructor() {
    this.door = this.open();
  }

  /** Another object opens the same room. */
  open(): Door {
    this.door = new Door(this.#book, {
      now: this.time.now,
      setTimer: () => () => {},
      settings: () => this.settings,
      dismiss: (socket, code) => {
        this.dismissed.push({ id: socket.id, code });
        socket.close(4000, code);
        this.door.leave(socket.id);
      },
    });
    return this.door;
  }

  pass(tokenId: string, more: Partial<Pass> = {}): Pass {
    const now = this.time.now();
    return { tokenId, issuedAt: now, expiresAt: now + lifeMs, ...more };
  }

  ticket(tokenId: string): Pass {
    return this.pass(tokenId, { singleUse: true });
  }

  get anybody(): Pass {
    return { tokenId: null, issuedAt: this.time.now(), expiresAt: Number.MAX_SAFE_INTEGER };
  }

  viewer(id: string, pass: Pass): ScriptedMember {
    const member = new ScriptedMember(id);
    this.door.enter(member, "viewer", pass);
    return member;
  }
}

describe("a ticket", () => {
  it("lets one in, once, whoever opens the room in between", () => {
    const at = new Entrance();
    const ticket = at.ticket("once");
    at.viewer("v1", ticket);
    expect(refusal(() => at.viewer("v2", ticket))).toBe("ticket_used");
    at.door.leave("v1");
    expect(refusal(() => at.viewer("v3", ticket))).toBe("ticket_used");
    at.open();
    expect(refusal(() => at.viewer("v4", ticket))).toBe("ticket_used");
    expect(refusal(() => at.door.use(ticket))).toBe("ticket_used");
    expect(at.door.isEmpty).toBe(true);
  });

  it("is still whole after a refusal for another reason", () => {
    const at = new Entrance();
    at.settings = { maxViewers: 1 };
    const inside = at.viewer("inside", at.pass("a"));
    const ticket = at.ticket("once");
    expect(refusal(() => at.viewer("late", ticket))).toBe("too_many_connections");
    at.door.leave(inside.id);
    at.viewer("late", ticket);
    expect(refusal(() => at.door.use(ticket))).toBe("ticket_used");
  });

  it("is spent as long as it could be shown, and its like are not mixed up", () => {
    const at = new Entrance();
    const ticket = at.ticket("once");
    at.door.use(ticket);
    for (const leftMs of [lifeMs, skewMs, 1]) {
      const shownAt = ticket.expiresAt + skewMs - leftMs;
      at.time.setBack(at.time.now() - shownAt);
      // Whatever is cleaned on the way is not this one.
      at.door.use(at.ticket(`other${leftMs}`));
      expect(refusal(() => at.door.use(ticket))).toBe("ticket_used");
    }
  });

  it("is not good again for coming late from an edge that had found it good", () => {
    const at = new Entrance();
    const ticket = at.ticket("once");
    at.door.use(ticket);
    at.time.setBack(-(lifeMs + skewMs + 5_000));
    expect(refusal(() => at.door.use(ticket))).not.toBeNull();
  });

  it("is spent by renewing with it, and shown again by whoever it let in costs nothing", () => {
    const at = new Entrance();
    const ticket = at.ticket("once");
    at.viewer("v1", at.pass("a"));
    at.door.renew("v1", ticket);
    expect(refusal(() => at.viewer("v2", ticket))).toBe("ticket_used");
    expect(refusal(() => at.door.renew("v1", ticket))).toBeNull();
  });
});

describe("who may come in", () => {
  it("is an observer by whatever token, and not all of them by one", () => {
    const at = new Entrance();
    const observe = (id: string, token: string) =>
      refusal(() => at.door.enter(new ScriptedMember(id), "observer", at.pass(token)));
    const shares = limits.roomObserversMax / limits.tokenObserversMax;
    expect(shares).toBeGreaterThan(1);
    for (let place = 0; place < limits.tokenObserversMax; place += 1)
      expect(observe(`g${place}`, "greedy")).toBeNull();
    expect(observe("more", "greedy")).toBe("too_many_connections");
    expect(refusal(() => at.viewer("viewer", at.pass("greedy")))).toBeNull();
    at.door.leave("g0");
    expect(observe("again", "greedy")).toBeNull();
    for (let token = 1; token < shares; token += 1) {
      for (let place = 0; place < limits.tokenObserversMax; place += 1) {
        expect(observe(`${token} ${place}`, `other ${token}`)).toBeNull();
      }
    }
    expect(observe("late", "late")).toBe("too_many_connections");
  });

  it("is nobody by a token that was revoked, now, in a later object or by renewing", () => {
    const at = new Entrance();
    const old = at.pass("old");
    const other = at.pass("other");
    const inside = at.viewer("inside", old);
    at.door.revoke({ issuedBefore: 0, tokens: [{ id: "old", until: at.time.now() + lifeMs }] });
    expect(at.dismissed).toEqual([{ id: "inside", code: "token_revoked" }]);
    expect(inside.closed).not.toBeNull();
    for (const _ of ["now", "later"]) {
      expect(refusal(() => at.viewer("again", old))).toBe("token_revoked");
      expect(refusal(() => at.door.use(old))).toBe("token_revoked");
      const stays = at.viewer("stays", other);
      expect(refusal(() => at.door.renew("stays", old))).toBe("token_revoked");
      expect(at.door.passOf("stays")).toEqual(other);
      at.door.leave(stays.id);
      at.open();
    }
  });

  it("is who has a newer token than the revocation of all", () => {
    const at = new Entrance();
    const before = at.pass("before");
    at.viewer("v1", before);
    at.door.revoke({ issuedBefore: at.time.now(), tokens: [] });
    expect(at.dismissed).toEqual([{ id: "v1", code: "token_revoked" }]);
    expect(refusal(() => at.viewer("v2", before))).toBe("token_revoked");
    expect(refusal(() => at.viewer("v3", at.pass("after", { issuedAt: at.time.now() + 1 })))).toBeNull();
  });

  it("is anybody while the room is public; then they have to leave, and nobody else", () => {
    const at = new Entrance();
    expect(refusal(() => at.viewer("v1", at.anybody))).toBe("unauthenticated");
    at.settings = { public: true };
    at.viewer("anybody", at.anybody);
    at.viewer("known", at.pass("a"));
    at.door.settingsChanged();
    expect(at.dismissed).toEqual([]);
    at.settings = {};
    at.door.settingsChanged();
    expect(at.dismissed).toEqual([{ id: "anybody", code: "unauthenticated" }]);
    expect(refusal(() => at.door.use(at.anybody))).toBe("unauthenticated");
  });

  it("is taken back with what it held when the object died, and sent away if that was revoked since", () => {
    const at = new Entrance();
    const pass = at.pass("a", { maxConnections: 1 });
    const sleeping = at.viewer("sleeping", pass);
    at.open().keep(sleeping, "viewer", pass);
    expect(at.door.passOf("sleeping")).toEqual(pass);
    expect(refusal(() => at.viewer("second", pass))).toBe("too_many_connections");
    at.door.revoke({ issuedBefore: at.time.now(), tokens: [] });
    expect(at.dismissed).toEqual([{ id: "sleeping", code: "token_revoked" }]);
    expect(at.door.isEmpty).toBe(true);
  });
});

describe("too many messages", () => {
  it("are refused past the burst, those of one kind and one member alone, and taken again later", () => {
    const at = new Entrance();
    at.viewer("v1", at.pass("a"));
    at.viewer("v2", at.pass("a"));
    for (let count = 0; count < limits.controlBurst; count += 1) at.door.heard("v1", "control");
    expect(refusal(() => at.door.heard("v1", "control"))).toBe("rate_limited");
    expect(refusal(() => at.door.heard("v1", "audio"))).toBeNull();
    expect(refusal(() => at.door.heard("v2", "control"))).toBeNull();
    at.time.setBack(60_000);
    expect(refusal(() => at.door.heard("v1", "control"))).toBe("rate_limited");
    at.time.setBack(-61_000);
    expect(refusal(() => at.door.heard("v1", "control"))).toBeNull();
  });

  it("are not two minutes of the shortest frames at once, nor hours of them as they are spoken", () => {
    const at = new Entrance();
    at.door.enter(new ScriptedMember("p"), "publisher", at.pass("a"));
    const shortestMs = 20;
    for (let ms = 0; ms < limits.audioBufferMaxMs; ms += shortestMs) at.door.heard("p", "audio");
    for (let ms = 0; ms < 3_600_000; ms += shortestMs) {
      at.time.setBack(-shortestMs);
      at.door.heard("p", "audio");
    }
  });

  it("of somebody who has left concern nobody", () => {
    const at = new Entrance();
    for (let count = 0; count < 2 * limits.controlBurst; count += 1) at.door.heard("nobody", "control");
    expect(at.door.isEmpty).toBe(true);
  });
});

describe("viewers whose token has ended", () => {
  const endMs = lifeMs + skewMs;

  function pastTheEnd(at: Entrance, ms = endMs): void {
    at.time.setBack(-ms);
    at.door.sweep();
  }

  it("are asked once, and sent away when no other has come within the grace", () => {
    const at = new Entrance();
    const viewer = at.viewer("v1", at.pass("a"));
    pastTheEnd(at, endMs - 1);
    expect(viewer.of("refresh")).toEqual([]);
    pastTheEnd(at, 1);
    expect(viewer.of("refresh")).toEqual([{ type: "refresh", withinMs: timing.refreshGraceMs }]);
    for (let ms = timing.refreshGraceMs; ms > 1_000; ms -= 1_000) pastTheEnd(at, 1_000);
    pastTheEnd(at, 999);
    expect(viewer.of("refresh")).toHaveLength(1);
    expect(at.dismissed).toEqual([]);
    pastTheEnd(at, 1);
    expect(at.dismissed).toEqual([{ id: "v1", code: "token_expired" }]);
    pastTheEnd(at, lifeMs);
    expect(at.dismissed).toHaveLength(1);
    expect(viewer.of("refresh")).toHaveLength(1);
  });

  it("stay with a new one, and are asked again when that ends", () => {
    const at = new Entrance();
    const viewer = at.viewer("v1", at.pass("a"));
    pastTheEnd(at);
    const next = at.pass("b");
    at.door.renew("v1", next);
    expect(viewer.of("renewed")).toEqual([{ type: "renewed", expiresAt: next.expiresAt }]);
    pastTheEnd(at, endMs - 1);
    expect(viewer.of("refresh")).toHaveLength(1);
    pastTheEnd(at, 1);
    expect(viewer.of("refresh")).toHaveLength(2);
    pastTheEnd(at, timing.refreshGraceMs);
    expect(at.dismissed).toEqual([{ id: "v1", code: "token_expired" }]);
  });

  it("are not sent away early because the clock was set back", () => {
    const at = new Entrance();
    const viewer = at.viewer("v1", at.pass("a"));
    pastTheEnd(at, endMs + lifeMs);
    at.time.setBack(lifeMs);
    at.door.sweep();
    expect(at.dismissed).toEqual([]);
    pastTheEnd(at, timing.refreshGraceMs);
    expect(at.dismissed).toEqual([{ id: "v1", code: "token_expired" }]);
    expect(viewer.of("refresh").length).toBeLessThanOrEqual(2);
  });

  it("are never those that cannot answer, speak, or came without one", () => {
    const at = new Entrance();
    at.settings = { public: true };
    const stream: MemberSocket = Object.assign(new ScriptedMember("stream"), { selfPaced: true as const });
    const publisher = new ScriptedMember("publisher");
    at.door.enter(stream, "viewer", at.pass("a"));
    at.door.enter(publisher, "publisher", at.pass("b"));
    const anybody = at.viewer("anybody", at.anybody);
    for (const _ of [1, 2, 3]) pastTheEnd(at, endMs + timing.refreshGraceMs);
    expect(at.dismissed).toEqual([]);
    for (const member of [stream, publisher, anybody]) expect(member).toMatchObject({ frames: [] });
  });

  it("are all sent away in one sweep, though each leaves in the middle of it", () => {
    const at = new Entrance();
    for (const id of ["v1", "v2", "v3", "v4"]) at.viewer(id, at.pass(id));
    pastTheEnd(at);
    pastTheEnd(at, timing.refreshGraceMs);
    expect(at.dismissed.map(({ id }) => id)).toEqual(["v1", "v2", "v3", "v4"]);
    expect(at.door.isEmpty).toBe(true);
  });
});

describe("the counts of who is inside", () => {
  const capOf = { a: 1, b: 2, c: undefined } as const;
  const maxViewers = 4;
  const token = fc.constantFrom("a", "b", "c", "c", "c", null);
  const role = fc.constantFrom<Role>("viewer", "viewer", "viewer", "publisher");
  const share = fc.integer({ min: 0, max: 99 });
  const happening = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("enter" as const), token, role }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("leave" as const), share }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("renew" as const), share, token }) },
    fc.record({ kind: fc.constant("leaveTwice" as const), share }),
    fc.record({ kind: fc.constant("revoke" as const), token: fc.constantFrom("a", "b") }),
    fc.record({ kind: fc.constant("close" as const) }),
    fc.record({ kind: fc.constant("sweep" as const) }),
    fc.record({ kind: fc.constant("reborn" as const) }),
  );
  type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;
  type Inside = { readonly member: ScriptedMember; readonly role: Role; pass: Pass };

  /** The door, and beside it a list of who is inside, counted by looking at it. */
  class Watched {
    readonly at = new Entrance();
    readonly #inside = new Map<string, Inside>();
    readonly #revoked = new Map<string, number>();
    #ids = 0;
    #gone = 0;

    constructor() {
      this.at.settings = { public: true, maxViewers };
    }

    #count(fits: (one: Inside) => boolean): number {
      return [...this.#inside.values()].filter(fits).length;
    }

    #pass(tokenId: string | null): Pass {
      if (tokenId === null) return this.at.anybody;
      const max = capOf[tokenId === "a" ? "a" : tokenId === "b" ? "b" : "c"];
      return this.at.pass(tokenId, max === undefined ? {} : { maxConnections: max });
    }

    #isRevoked({ tokenId }: Pass): boolean {
      return tokenId !== null && this.#revoked.has(tokenId);
    }

    #isCapped({ tokenId, maxConnections }: Pass): boolean {
      return (
        maxConnections !== undefined && this.#count(({ pass }) => pass.tokenId === tokenId) >= maxConnections
      );
    }

    #nth(at: number): Inside | null {
      const all = [...this.#inside.values()];
      return all[Math.floor((at / 100) * all.length)] ?? null;
    }

    play(one: Happening): void {
      const { door } = this.at;
      // All of them are alive; see "the dead" for those that are not.
      for (const { member } of this.#inside.values()) member.pingedAt = this.at.time.now();
      switch (one.kind) {
        case "enter":
          this.#enter(one.role, this.#pass(one.token));
          break;
        case "leave":
        case "leaveTwice": {
          const someone = this.#nth(one.share);
          if (someone === null) break;
          const { id } = someone.member;
          for (const _ of one.kind === "leave" ? [1] : [1, 2]) door.leave(id);
          this.#inside.delete(id);
          break;
        }
        case "renew": {
          const someone = this.#nth(one.share);
          if (someone !== null) this.#renew(someone, this.#pass(one.token));
          break;
        }
        case "revoke":
          door.revoke({ issuedBefore: 0, tokens: [{ id: one.token, until: this.at.time.now() + lifeMs }] });
          // What has ended by itself is forgotten with the next.
          for (const [id, until] of this.#revoked) if (until <= this.at.time.now()) this.#revoked.delete(id);
          this.#revoked.set(one.token, this.at.time.now() + lifeMs);
          break;
        case "close":
          this.at.settings = { ...this.at.settings, public: false };
          door.settingsChanged();
          this.at.settings = { ...this.at.settings, public: true };
          break;
        case "sweep":
          this.at.time.setBack(-(lifeMs / 2));
          door.sweep();
          break;
        case "reborn": {
          const reborn = this.at.open();
          for (const { member, role, pass } of this.#inside.values()) reborn.keep(member, role, pass);
          break;
        }
        default:
          one satisfies never;
      }
      this.#takeAway(one);
      expect(this.at.door.isEmpty).toBe(this.#inside.size === 0);
      for (const { member, pass } of this.#inside.values()) {
        expect(this.at.door.passOf(member.id)).toEqual(pass);
      }
    }

    /** Whoever was sent away was to be, and nobody was missed. */
    #takeAway({ kind }: Happening): void {
      const sent = this.at.dismissed.slice(this.#gone);
      this.#gone = this.at.dismissed.length;
      for (const { id } of sent) this.#inside.delete(id);
      if (kind === "revoke") expect(this.#count(({ pass }) => this.#isRevoked(pass))).toBe(0);
      if (kind === "close") expect(this.#count(({ pass }) => pass.tokenId === null)).toBe(0);
      if (kind !== "revoke" && kind !== "close" && kind !== "sweep") expect(sent).toEqual([]);
    }

    #enter(as: Role, pass: Pass): void {
      const member = new ScriptedMember(`m${++this.#ids}`);
      const isPublisher = as === "publisher";
      const max = isPublisher ? limits.roomPublishersMax : maxViewers;
      const isFull = this.#count(({ role: other }) => other === as) >= max;
      const expected = this.#isRevoked(pass)
        ? "token_revoked"
        : isFull || this.#isCapped(pass)
          ? "too_many_connections"
          : null;
      expect(refusal(() => this.at.door.enter(member, as, pass))).toBe(expected);
      if (expected === null) this.#inside.set(member.id, { member, role: as, pass });
    }

    #renew(someone: Inside, pass: Pass): void {
      const isOther = pass.tokenId !== someone.pass.tokenId;
      const expected = this.#isRevoked(pass)
        ? "token_revoked"
        : isOther && this.#isCapped(pass)
          ? "too_many_connections"
          : null;
      expect(refusal(() => this.at.door.renew(someone.member.id, pass))).toBe(expected);
      if (expected === null) someone.pass = pass;
    }
  }

  it("never drift, whoever comes, leaves, renews, is kept or is sent away", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 80, size: "max" }), (happenings) => {
        const watched = new Watched();
        for (const one of happenings) watched.play(one);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the dead, of whose end the runtime has not told", () => {
  it("make place for whoever comes with their token, once nothing was heard of them for a minute", () => {
    const at = new Entrance();
    const pass = at.pass("capped", { maxConnections: 1 });
    const dead = new ScriptedMember("dead");
    at.door.enter(dead, "viewer", pass);
    at.time.setBack(-timing.unseenMaxMs);
    const early = refusal(() => at.door.enter(new ScriptedMember("early"), "viewer", pass));
    expect(early).toBe("too_many_connections");
    at.time.setBack(-1);
    expect(refusal(() => at.door.enter(new ScriptedMember("late"), "viewer", pass))).toBeNull();
    expect(at.dismissed.map(({ id }) => id)).toEqual(["dead"]);
  });

  it("are not taken for those who ping, or say what they have seen", () => {
    for (const live of ["pings", "says"]) {
      const at = new Entrance();
      const pass = at.pass("capped", { maxConnections: 1 });
      const member = new ScriptedMember(live);
      at.door.enter(member, "viewer", pass);
      at.time.setBack(-timing.unseenMaxMs);
      if (live === "pings") member.pingedAt = at.time.now();
      else at.door.heard(live, "control");
      at.time.setBack(-timing.unseenMaxMs);
      const other = refusal(() => at.door.enter(new ScriptedMember("other"), "viewer", pass));
      expect(other).toBe("too_many_connections");
    }
  });
});
