import type { Sqlite } from "./room/sqlite-port.ts";

/** A Durable Object's storage, as the cores know it. */
export function sqliteOf(storage: DurableObjectStorage): Sqlite {
  return {
    exec: (query, ...bindings) => storage.sql.exec(query, ...bindings),
    transaction: (work) => storage.transactionSync(work),
  };
}
