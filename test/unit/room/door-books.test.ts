import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import type { DoorBook } from "../../../party/room/door/book.ts";
import { KvBook } from "../../../party/room/door/kv-book.ts";
import { SqliteBook } from "../../../party/room/door/sqlite-book.ts";
import { nothingRevoked } from "../../../party/room/door/standing.ts";
import { migrate } from "../../../party/room/migrations.ts";
import { Rows } from "../../../party/room/rows.ts";
import { type Disk, MemoryKeyValues } from "../../support/memory-key-values.ts";
import { sqliteOn } from "../../support/memory-sqlite.ts";

/** Each makes a storage, and answers how it is opened: anew each time, as a new object would. */
const storages: Record<string, () => () => Promise<DoorBook>> = {
  SqliteBook: () => {
    const sqlite = sqliteOn(new DatabaseSync(":memory:"));
    migrate(sqlite);
    return async () => new SqliteBook(sqlite);
  },
  KvBook: () => {
    const disk: Disk = new Map();
    return async () => bookOn(disk);
  },
  "KvBook, opened once": () => {
    const book = bookOn(new Map());
    return () => book;
  },
};

async function bookOn(disk: Disk): Promise<KvBook> {
  return KvBook.open(await Rows.open(new MemoryKeyValues(disk)), (error) => {
    throw error;
  });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe.each(Object.entries(storages))("%s", (_name, made) => {
  /** Each answer is of a book that was opened after all that was kept before. */
  const asking = () => {
    const open = made();
    return async <Answer>(ask: (book: DoorBook) => Answer): Promise<Answer> => {
      const answer = ask(await open());
      await turn();
      return answer;
    };
  };

  it("keeps what was revoked and whether the room is on the list, each by itself", async () => {
    const ask = asking();
    expect(await ask((book) => [book.standing(), book.isRegistered()])).toEqual([nothingRevoked, false]);
    await ask((book) => book.keepRegistered(true));
    expect(await ask((book) => [book.standing(), book.isRegistered()])).toEqual([nothingRevoked, true]);
    const standing = { issuedBefore: 5, tokens: [{ id: "t", until: 9 }] };
    await ask((book) => book.keepStanding(standing));
    expect(await ask((book) => [book.standing(), book.isRegistered()])).toEqual([standing, true]);
    await ask((book) => book.keepRegistered(false));
    expect(await ask((book) => [book.standing(), book.isRegistered()])).toEqual([standing, false]);
  });

  it("lets a ticket be spent once, for as long as it could be shown", async () => {
    const ask = asking();
    expect(await ask((book) => [book.spend("a", 10, 1), book.spend("a", 10, 1)])).toEqual([true, false]);
    expect(await ask((book) => book.spend("a", 10, 9))).toBe(false);
    expect(await ask((book) => book.spend("b", 30, 9))).toBe(true);
    expect(await ask((book) => book.spend("a", 30, 10))).toBe(true);
    expect(await ask((book) => book.spend("b", 30, 29))).toBe(false);
  });

  it("keeps what a token has used, and forgets it when the token has ended", async () => {
    const ask = asking();
    const one = { session: "s1", paid: [[0, 5]], usedMs: 5 } as const;
    const other = { session: "s2", paid: [], usedMs: 7 } as const;
    expect(await ask((book) => book.spending("a"))).toBeNull();
    await ask((book) => book.keepSpending("a", one, 10, 1));
    await ask((book) => book.keepSpending("b", other, 20, 1));
    expect(await ask((book) => [book.spending("a"), book.spending("b")])).toEqual([one, other]);
    const more = { ...one, usedMs: 6 };
    await ask((book) => book.keepSpending("a", more, 10, 2));
    expect(await ask((book) => book.spending("a"))).toEqual(more);
    await ask((book) => book.keepSpending("b", other, 20, 10));
    expect(await ask((book) => [book.spending("a"), book.spending("b")])).toEqual([null, other]);
  });

  it("is needed while it holds what a token or a ticket could be shown again for", async () => {
    const ask = asking();
    const needed = (now: number) => ask((book) => book.isNeeded(now));
    expect(await needed(0)).toBe(false);
    await ask((book) => book.spend("a", 10, 1));
    expect([await needed(9), await needed(10)]).toEqual([true, false]);
    await ask((book) => book.keepSpending("b", { session: "s", paid: [], usedMs: 1 }, 20, 1));
    expect([await needed(19), await needed(20)]).toEqual([true, false]);
  });
});

describe("KvBook on the disk", () => {
  it("leaves nothing of what has ended", async () => {
    const disk: Disk = new Map();
    const book = await bookOn(disk);
    for (const id of ["a", "b"]) book.spend(id, 10, 1);
    for (const id of ["a", "b"]) book.keepSpending(id, { session: "s", paid: [], usedMs: 1 }, 10, 1);
    book.spend("c", 30, 10);
    book.keepSpending("c", { session: "s", paid: [], usedMs: 1 }, 30, 10);
    await turn();
    expect([...disk.keys()].sort()).toEqual(["shape", "spending c", "spent c"]);
  });
});
