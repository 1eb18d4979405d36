import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { migrate } from "../../../party/room/migrations.ts";
import { SqliteStore } from "../../../party/room/sqlite.ts";
import { emptyTranscript } from "../../../party/room/transcript.ts";
import { sqliteOn } from "../../support/memory-sqlite.ts";

const room = { transcript: emptyTranscript("epoch"), session: null, settings: { language: "de" } };

const present = [
  "door",
  "measured_minutes",
  "measures",
  "room",
  "segments",
  "spending",
  "spent",
  "tombstones",
];

function tablesOf(database: DatabaseSync): unknown[] {
  const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'shape' ORDER BY name";
  return database
    .prepare(query)
    .all()
    .map(({ name }) => name);
}

function versionsOf(database: DatabaseSync): unknown[] {
  return database
    .prepare("SELECT version FROM shape")
    .all()
    .map(({ version }) => version);
}

describe("a room's tables", () => {
  it("are made where there is nothing, once", async () => {
    const database = new DatabaseSync(":memory:");
    await new SqliteStore(sqliteOn(database)).create(room);
    const tables = tablesOf(database);
    expect(tables).toEqual(present);
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await new SqliteStore(sqliteOn(database)).load()).toEqual(room);
    }
    expect(tablesOf(database)).toEqual(tables);
    expect(versionsOf(database)).toHaveLength(1);
  });

  it("take the place of those of before versions were counted", async () => {
    const database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE room (one INTEGER PRIMARY KEY, epoch TEXT, session TEXT)");
    database.exec("CREATE TABLE segments (id TEXT PRIMARY KEY, body TEXT)");
    database.exec("CREATE TABLE tombstones (id TEXT PRIMARY KEY, version INTEGER)");
    database.exec("INSERT INTO room VALUES (1, 'old', NULL)");
    const store = new SqliteStore(sqliteOn(database));
    expect(await store.load()).toBeNull();
    await store.create(room);
    expect(await store.load()).toEqual(room);
  });

  it("of a later version are left alone, with a sentence that says so", async () => {
    const database = new DatabaseSync(":memory:");
    await new SqliteStore(sqliteOn(database)).create(room);
    database.exec("UPDATE shape SET version = version + 1");
    expect(() => migrate(sqliteOn(database))).toThrow(/later version/);
    expect(tablesOf(database)).toEqual(present);
    database.exec("UPDATE shape SET version = version - 1");
    expect(await new SqliteStore(sqliteOn(database)).load()).toEqual(room);
  });

  it.each(["CREATE TABLE room", "CREATE TABLE tombstones", "INSERT INTO shape"])(
    "are changed whole or not at all when it fails at %s",
    (failOn) => {
      const database = new DatabaseSync(":memory:");
      database.exec("CREATE TABLE room (one INTEGER PRIMARY KEY, epoch TEXT, session TEXT)");
      database.exec("INSERT INTO room VALUES (1, 'old', NULL)");
      expect(() => migrate(sqliteOn(database, failOn))).toThrow("disk full");
      expect(database.prepare("SELECT epoch FROM room").all()).toMatchObject([{ epoch: "old" }]);
      expect(versionsOf(database)).toEqual([]);
      migrate(sqliteOn(database));
      expect(tablesOf(database)).toEqual(present);
    },
  );
});
