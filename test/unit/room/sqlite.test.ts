import { DatabaseSync } from "node:sqlite";
import { describe } from "vitest";
import { SqliteStore } from "../../../party/room/sqlite.ts";
import { storeContract } from "../../support/store-contract.ts";

describe("SqliteStore on Node's SQLite", () => {
  const database = new DatabaseSync(":memory:");
  storeContract(
    () =>
      new SqliteStore({
        exec: (query, ...bindings) => database.prepare(query).all(...bindings),
        transaction: (work) => {
          database.exec("BEGIN");
          work();
          database.exec("COMMIT");
        },
      }),
  );
});
