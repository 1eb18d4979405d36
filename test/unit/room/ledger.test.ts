import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ackedOf, closedHole, owed, partHole, settled } from "../../../party/room/ledger.ts";
import { begunSession } from "../../support/stored-session.ts";

const session = { ...begunSession, id: "s" };

describe("what is acknowledged", () => {
  it("is what is captioned, up to the first hole", () => {
    expect(ackedOf(settled(session, 500))).toBe(500);
    const holed = owed(settled(session, 500), { id: "h", from: 500, to: 900 });
    expect(ackedOf(holed)).toBe(500);
    expect(ackedOf(settled(holed, 2_000))).toBe(500);
    expect(ackedOf(closedHole(settled(holed, 2_000), "h"))).toBe(2_000);
  });

  it("follows the earliest hole, in whatever order they came and are closed", () => {
    let next = owed(session, { id: "b", from: 400, to: 500 });
    next = owed(next, { id: "a", from: 100, to: 200 });
    expect(next.holes.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(next.covered).toBe(500);
    expect(ackedOf(closedHole(next, "b"))).toBe(100);
    expect(ackedOf(closedHole(next, "a"))).toBe(400);
    expect(ackedOf(closedHole(closedHole(next, "a"), "b"))).toBe(500);
  });

  it("never moves back when captions come late", () => {
    const next = settled(session, 500);
    expect(settled(next, 300)).toBe(next);
    expect(owed(next, { id: "h", from: 100, to: 200 }).covered).toBe(500);
  });

  it("is not changed by a hole that is none", () => {
    expect(closedHole(session, "unheard-of")).toEqual(session);
  });
});

describe("a hole whose publisher goes on at a later position", () => {
  const hole = { id: "h", from: 100, to: 200 };
  const newIds = () => {
    let ids = 0;
    return () => `id${++ids}`;
  };

  it("falls into what is held, what is lost and what is coming", () => {
    const whole = { id: "id1", from: 100, to: 200 };
    expect(partHole(hole, 130, 160, newIds())).toEqual({
      held: { id: "id1", from: 100, to: 130 },
      lost: { id: "id2", from: 130, to: 160 },
      coming: { id: "id3", from: 160, to: 200 },
    });
    expect(partHole(hole, 100, 500, newIds())).toEqual({ held: null, lost: whole, coming: null });
    expect(partHole(hole, 0, 50, newIds())).toEqual({ held: null, lost: null, coming: whole });
    expect(partHole(hole, 300, 400, newIds())).toEqual({ held: whole, lost: null, coming: null });
  });

  it("falls into parts that touch and together are the hole, wherever both ends lie", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (heldTo, resumedAt) => {
        const { held, lost, coming } = partHole(hole, heldTo, Math.max(heldTo, resumedAt), newIds());
        const parts = [held, lost, coming].filter((part) => part !== null);
        expect(parts[0]?.from).toBe(hole.from);
        expect(parts.at(-1)?.to).toBe(hole.to);
        expect(new Set([hole.id, ...parts.map(({ id }) => id)]).size).toBe(parts.length + 1);
        for (const [at, part] of parts.entries()) {
          expect(part.from).toBeLessThan(part.to);
          if (at > 0) expect(part.from).toBe(parts[at - 1]?.to);
        }
      }),
    );
  });
});
