import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RoomList } from "../../../party/tenant/rooms.ts";
import { memorySqlite } from "../../support/memory-sqlite.ts";

const max = 3;

function namesOwed(list: RoomList): string[] {
  return list.owed().map(({ name }) => name);
}

describe("a tenant's rooms", () => {
  it("are as many as there may be, however often they ask, and make place when they are forgotten", () => {
    const list = new RoomList(memorySqlite());
    for (const name of ["a", "b", "c", "a", "b"]) expect(list.admit(name, true, max)).toBe(true);
    expect(list.admit("d", true, max)).toBe(false);
    expect(list.admit("d", true, max)).toBe(false);
    list.forget("nobody");
    expect(list.admit("d", true, max)).toBe(false);
    list.forget("b");
    expect(list.admit("d", true, max)).toBe(true);
    expect(list.admit("b", true, max)).toBe(false);
  });

  it("are let in beyond that when they were there before the list", () => {
    const list = new RoomList(memorySqlite());
    for (const name of ["a", "b", "c", "d", "e"]) expect(list.admit(name, false, max)).toBe(true);
    expect(list.admit("e", true, max)).toBe(true);
    expect(list.admit("f", true, max)).toBe(false);
  });

  it("outlive the object that wrote them down", () => {
    const sqlite = memorySqlite();
    new RoomList(sqlite).admit("a", true, 1);
    new RoomList(sqlite).owe(null);
    const later = new RoomList(sqlite);
    expect(later.admit("a", true, 1)).toBe(true);
    expect(later.admit("b", true, 1)).toBe(false);
    expect(namesOwed(later)).toEqual(["a"]);
  });
});

describe("what rooms have to be told", () => {
  it("is owed by all that are on the list, or by one, and not by those that come later", () => {
    const list = new RoomList(memorySqlite());
    for (const name of ["a", "b"]) list.admit(name, true, max);
    list.owe("nobody");
    expect(list.owedCount).toBe(0);
    list.owe("b");
    expect(namesOwed(list)).toEqual(["b"]);
    list.owe(null);
    list.admit("c", true, max);
    expect(namesOwed(list)).toEqual(["a", "b"]);
    expect(list.owedCount).toBe(2);
  });

  it("is still owed when there was something newer before the answer came", () => {
    const list = new RoomList(memorySqlite());
    list.admit("a", true, max);
    list.owe("a");
    const [first] = list.owed();
    list.owe(null);
    const [second] = list.owed();
    if (first === undefined || second === undefined) throw new Error("nothing is owed");
    list.told(first);
    expect(namesOwed(list)).toEqual(["a"]);
    list.told(second);
    expect(list.owedCount).toBe(0);
    list.owe("a");
    expect(namesOwed(list)).toEqual(["a"]);
  });

  it("is not owed by a room that was forgotten meanwhile, nor is it put on the list by being told", () => {
    const list = new RoomList(memorySqlite());
    list.admit("a", true, 1);
    list.owe(null);
    const [owed] = list.owed();
    list.forget("a");
    expect(list.owedCount).toBe(0);
    if (owed !== undefined) list.told(owed);
    expect(list.admit("b", true, 1)).toBe(true);
    expect(list.owedCount).toBe(0);
  });

  it("was told by nobody who did not ask after it, in whatever order answers come", () => {
    const name = fc.constantFrom("a", "b", "c");
    const step = fc.oneof(
      fc.record({ kind: fc.constant("owe" as const), name: fc.option(name) }),
      fc.record({ kind: fc.constant("ask" as const) }),
      fc.record({ kind: fc.constant("answer" as const), share: fc.integer({ min: 0, max: 99 }) }),
    );
    type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
    /** The later answer to what was asked twice comes when there is something newer. */
    const askedTwice: Step[] = [
      { kind: "owe", name: "a" },
      { kind: "ask" },
      { kind: "ask" },
      { kind: "answer", share: 0 },
      { kind: "owe", name: "a" },
      { kind: "answer", share: 0 },
    ];
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const list = new RoomList(memorySqlite());
        for (const one of ["a", "b", "c"]) list.admit(one, true, max);
        /** Who still has to be told of what: the numbers of revocations. */
        const owes = new Map<string, Set<number>>(["a", "b", "c"].map((one) => [one, new Set()]));
        const asked: { readonly room: { name: string; owed: number }; readonly of: Set<number> }[] = [];
        for (const [at, one] of steps.entries()) {
          if (one.kind === "owe") {
            list.owe(one.name);
            for (const [room, of] of owes) if (one.name === null || one.name === room) of.add(at);
          } else if (one.kind === "ask") {
            for (const room of list.owed()) asked.push({ room, of: new Set(owes.get(room.name)) });
          } else {
            const [answer] = asked.splice(Math.floor((one.share / 100) * asked.length), 1);
            if (answer === undefined) continue;
            list.told(answer.room);
            for (const told of answer.of) owes.get(answer.room.name)?.delete(told);
          }
          for (const [room, of] of owes) if (of.size > 0) expect(namesOwed(list)).toContain(room);
        }
      }),
      { examples: [[askedTwice]] },
    );
  });
});
