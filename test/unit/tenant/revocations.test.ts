import { describe, expect, it } from "vitest";
import { isRevoked } from "../../../party/room/door/standing.ts";
import { Revocations } from "../../../party/tenant/revocations.ts";
import { limits } from "../../../shared/limits.ts";
import { memorySqlite } from "../../support/memory-sqlite.ts";

const now = 1_700_000_000_000;
/** The longest a token can be shown. */
const longestMs = (limits.tokenMaxSeconds + limits.tokenSkewSeconds) * 1_000;
const token = (id: string) => ({ kind: "token", id }) as const;
const room = (name: string) => ({ kind: "room", room: name }) as const;
const all = { kind: "tenant" } as const;

describe("what a tenant has revoked", () => {
  it("is nothing to begin with", () => {
    const revocations = new Revocations(memorySqlite());
    for (const of of [null, "a"])
      expect(revocations.standings()(of)).toEqual({ issuedBefore: 0, tokens: [] });
    expect(revocations.standing()).toEqual({ issuedBefore: 0, tokens: [] });
  });

  it("concerns all rooms, one of them, or one token anywhere", () => {
    const revocations = new Revocations(memorySqlite());
    revocations.note(room("a"), now);
    expect(revocations.standings()("a").issuedBefore).toBe(now);
    expect(revocations.standings()("b").issuedBefore).toBe(0);
    expect(revocations.standings()(null).issuedBefore).toBe(0);
    revocations.note(token("t"), now + 1);
    for (const of of ["a", "b", null]) {
      expect(isRevoked(revocations.standings()(of), { tokenId: "t", issuedAt: now + 5 })).toBe(true);
      expect(isRevoked(revocations.standings()(of), { tokenId: "u", issuedAt: now + 5 })).toBe(false);
    }
    revocations.note(all, now + 2);
    for (const of of ["a", "b", null]) expect(revocations.standings()(of).issuedBefore).toBe(now + 2);
    revocations.note(room("b"), now + 3);
    expect(revocations.standings()("a").issuedBefore).toBe(now + 2);
    expect(revocations.standings()("b").issuedBefore).toBe(now + 3);
  });

  it("is for the whole tenant what it is for a room without revocations of its own", () => {
    const revocations = new Revocations(memorySqlite());
    for (const target of [all, room("a"), token("t")]) revocations.note(target, now);
    revocations.note(room("a"), now + 1);
    expect(revocations.standing()).toEqual(revocations.standings()("b"));
    expect(revocations.standing()).toEqual(revocations.standings()(null));
  });

  it("is not taken for a room or a token of the same name", () => {
    const revocations = new Revocations(memorySqlite());
    revocations.note(room("same"), now);
    revocations.note(token("same"), now);
    expect(revocations.standings()("other")).toMatchObject({ issuedBefore: 0, tokens: [{ id: "same" }] });
    expect(revocations.standings()("same")).toMatchObject({ issuedBefore: now, tokens: [{ id: "same" }] });
  });

  it("never goes back, though the clock may", () => {
    const revocations = new Revocations(memorySqlite());
    for (const target of [all, room("a"), token("t")]) {
      revocations.note(target, now);
      revocations.note(target, now - 60_000);
    }
    expect(revocations.standings()("a").issuedBefore).toBe(now);
    const [kept] = revocations.standings()(null).tokens;
    expect(kept?.until).toBeGreaterThanOrEqual(now + longestMs);
  });

  it("outlives the object, and every token it can be about, whatever else is revoked", () => {
    const sqlite = memorySqlite();
    const revocations = new Revocations(sqlite);
    for (const target of [all, room("a"), token("t")]) revocations.note(target, now);
    const later = new Revocations(sqlite);
    later.note(token("later"), now + longestMs);
    expect(later.standings()("a").issuedBefore).toBe(now);
    expect(
      later
        .standings()(null)
        .tokens.map(({ id }) => id)
        .sort(),
    ).toEqual(["later", "t"]);
    for (const { until } of later.standings()(null).tokens)
      expect(until).toBeGreaterThanOrEqual(now + longestMs);
  });

  it("is forgotten when nobody can come with it any more", () => {
    const revocations = new Revocations(memorySqlite());
    for (const target of [all, room("a"), token("t")]) revocations.note(target, now);
    revocations.note(room("b"), now + 2 * longestMs);
    expect(revocations.standings()("a")).toEqual({ issuedBefore: 0, tokens: [] });
  });
});

describe("tokens that are revoked one by one", () => {
  function full(): Revocations {
    const revocations = new Revocations(memorySqlite());
    for (let at = 0; at < limits.revokedTokensMax; at += 1) revocations.note(token(`t${at}`), now);
    return revocations;
  }

  it("are so many and no more; all, and rooms, may still be revoked, and later others", () => {
    const revocations = full();
    expect(() => revocations.note(token("more"), now)).toThrow(
      expect.objectContaining({ code: "rate_limited" }),
    );
    expect(revocations.standings()(null).tokens).toHaveLength(limits.revokedTokensMax);
    revocations.note(room("a"), now);
    revocations.note(all, now);
    revocations.note(token("more"), now + 2 * longestMs);
    expect(
      revocations
        .standings()(null)
        .tokens.map(({ id }) => id),
    ).toEqual(["more"]);
  });

  it("may be revoked once more when there are that many already", () => {
    const revocations = full();
    expect(() => revocations.note(token("t7"), now + 1)).not.toThrow();
  });
});
