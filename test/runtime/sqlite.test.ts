import { runInDurableObject } from "cloudflare:test";
import { type DurableObject, env } from "cloudflare:workers";
import { describe } from "vitest";
import { SqliteStore } from "../../party/room/sqlite.ts";
import type { RoomStore } from "../../party/room/store.ts";
import { storeContract } from "../support/store-contract.ts";

/** The contract on a Durable Object's own SQLite; each call opens the store anew, as a new object would. */
describe("SqliteStore in a Durable Object", () => {
  const stub = env.CAPTIONS.getByName("tests/sqlite-contract");
  const within = <T>(work: (store: RoomStore) => Promise<T>): Promise<T> =>
    runInDurableObject(stub, (_object: DurableObject, { storage }) =>
      work(
        new SqliteStore({
          exec: (query, ...bindings) => storage.sql.exec(query, ...bindings),
          transaction: (run) => storage.transactionSync(run),
        }),
      ),
    );
  storeContract(() => ({
    load: () => within((store) => store.load()),
    create: (room) => within((store) => store.create(room)),
    commit: (commit) => within((store) => store.commit(commit)),
    configure: (settings) => within((store) => store.configure(settings)),
  }));
});
