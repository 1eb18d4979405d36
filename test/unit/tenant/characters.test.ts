import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Characters } from "../../../party/tenant/characters.ts";
import { memorySqlite } from "../../support/memory-sqlite.ts";

const now = 1_700_000_000_000;
const until = now + 60_000;

describe("the characters a token may have spoken", () => {
  it("are taken to the last one, all or nothing", () => {
    const characters = new Characters(memorySqlite());
    expect(characters.take("t", 60, 100, until, now)).toBe(true);
    expect(characters.take("t", 41, 100, until, now)).toBe(false);
    expect(characters.take("t", 40, 100, until, now)).toBe(true);
    expect(characters.take("t", 0, 100, until, now)).toBe(true);
    expect(characters.take("t", 1, 100, until, now)).toBe(false);
    expect(characters.take("other", 100, 100, until, now)).toBe(true);
    expect(characters.take("third", 101, 100, until, now)).toBe(false);
  });

  it("are never more than there are, whatever is given back in between", () => {
    const id = fc.constantFrom("a", "b");
    const count = fc.integer({ min: 0, max: 60 });
    const step = fc.record({ id, count, givesBack: fc.integer({ min: 0, max: 100 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const sqlite = memorySqlite();
        const max = 200;
        const spoken = new Map<string, number>();
        for (const one of steps) {
          // Each request may come to another object.
          const characters = new Characters(sqlite);
          const before = spoken.get(one.id) ?? 0;
          const isTaken = characters.take(one.id, one.count, max, until, now);
          expect(isTaken).toBe(before + one.count <= max);
          if (!isTaken) continue;
          const rest = Math.floor((one.count * one.givesBack) / 100);
          characters.giveBack(one.id, rest);
          spoken.set(one.id, before + one.count - rest);
          expect(before + one.count - rest).toBeLessThanOrEqual(max);
        }
      }),
    );
  });

  it("are not more than there were for giving back too much, or what nobody took", () => {
    const characters = new Characters(memorySqlite());
    characters.giveBack("t", 1_000);
    expect(characters.take("t", 100, 100, until, now)).toBe(true);
    characters.giveBack("t", 1_000);
    expect(characters.take("t", 101, 100, until, now)).toBe(false);
    expect(characters.take("t", 100, 100, until, now)).toBe(true);
  });

  it("stay taken as long as the token could be shown, whoever else comes", () => {
    const characters = new Characters(memorySqlite());
    characters.take("t", 100, 100, until, now);
    characters.take("other", 1, 1, until + 60_000, until - 1);
    expect(characters.take("t", 1, 100, until, until - 1)).toBe(false);
  });
});
