import type { Ground } from "./host/ground.ts";
import { SqliteBook } from "./room/door/sqlite-book.ts";
import { SqliteMeasures } from "./room/measure/sqlite-measures.ts";
import { SqliteStore } from "./room/sqlite.ts";
import { sqliteOf } from "./storage.ts";

/** A room in a Durable Object's own SQLite, which answers at once. */
export function sqliteGround(
  storage: DurableObjectStorage,
): Pick<Ground, "exists" | "keep" | "clear" | "setAlarm"> {
  return {
    exists() {
      const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'room'";
      return [...storage.sql.exec(query)].length > 0;
    },
    async keep() {
      const sqlite = sqliteOf(storage);
      return {
        store: new SqliteStore(sqlite),
        measures: new SqliteMeasures(sqlite),
        book: new SqliteBook(sqlite),
      };
    },
    async clear() {
      // In one turn: a room that is made anew in between would lose what it wrote.
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()]);
    },
    setAlarm: (at) => (at === null ? storage.deleteAlarm() : storage.setAlarm(at)),
  };
}
