import { DatabaseSync } from "node:sqlite";
import type { DoorBook } from "../../party/room/door/book.ts";
import { SqliteBook } from "../../party/room/door/sqlite-book.ts";
import { migrate } from "../../party/room/migrations.ts";
import type { Sqlite } from "../../party/room/sqlite-port.ts";

/** A real SQLite in memory, in the shape the room and the tenant know it. */
export function memorySqlite(): Sqlite {
  return sqliteOn(new DatabaseSync(":memory:"));
}

/** @param failOn a query that contains this fails, as on a disk that is full */
export function sqliteOn(database: DatabaseSync, failOn: string | null = null): Sqlite {
  return {
    exec: (query, ...bindings) => {
      if (failOn !== null && query.includes(failOn)) throw new Error("disk full");
      return database.prepare(query).all(...bindings);
    },
    transaction: (work) => {
      database.exec("BEGIN");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}

/** What a room's door remembers, with nothing in it yet, and the tables beneath. */
export function newBook(): { readonly book: DoorBook; readonly sqlite: Sqlite } {
  const sqlite = memorySqlite();
  migrate(sqlite);
  return { book: new SqliteBook(sqlite), sqlite };
}
