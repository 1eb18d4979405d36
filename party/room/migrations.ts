import * as v from "valibot";
import type { Sqlite } from "./sqlite-port.ts";

/**
 * The steps by which a room's tables came to their present shape, in order and never changed once released: a room that
 * slept through a few versions takes the ones it has missed.
 */
const steps: readonly (readonly string[])[] = [
  [
    // Rooms of before versions were counted have another shape and only ever lived on a developer's machine.
    "DROP TABLE IF EXISTS room",
    "DROP TABLE IF EXISTS segments",
    "DROP TABLE IF EXISTS tombstones",
    `CREATE TABLE room (
       one INTEGER PRIMARY KEY CHECK (one = 1), epoch TEXT NOT NULL, version INTEGER NOT NULL,
       earliest INTEGER NOT NULL, session TEXT, settings TEXT NOT NULL)`,
    "CREATE TABLE segments (id TEXT PRIMARY KEY, body TEXT NOT NULL)",
    "CREATE TABLE tombstones (id TEXT PRIMARY KEY, version INTEGER NOT NULL)",
  ],
  [
    // What was revoked, whether the tenant knows of the room, and what tokens have used up of what they allow.
    `CREATE TABLE door (
       one INTEGER PRIMARY KEY CHECK (one = 1), standing TEXT NOT NULL, registered INTEGER NOT NULL)`,
    "CREATE TABLE spent (id TEXT PRIMARY KEY, until INTEGER NOT NULL)",
    `CREATE TABLE spending (
       id TEXT PRIMARY KEY, session TEXT NOT NULL, paid TEXT NOT NULL, used_ms INTEGER NOT NULL,
       until INTEGER NOT NULL)`,
  ],
  [
    // How the room's sessions were, without a word of them.
    // Minutes are small and written often: without a second index beside them, each is one row written.
    `CREATE TABLE measures (
       session TEXT PRIMARY KEY, started_at INTEGER NOT NULL, ended_at INTEGER, head TEXT NOT NULL)`,
    `CREATE TABLE measured_minutes (
       session TEXT NOT NULL, minute INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (session, minute))
       WITHOUT ROWID`,
  ],
];

const VersionRow = v.object({ version: v.number() });

/** Brings the tables to their present shape, whole or not at all. Throws when they are of a later one than this code. */
export function migrate(sqlite: Sqlite): void {
  // Durable Objects do not allow PRAGMA user_version.
  sqlite.exec("CREATE TABLE IF NOT EXISTS shape (version INTEGER NOT NULL)");
  const [row] = [...sqlite.exec("SELECT version FROM shape")].map((found) => v.parse(VersionRow, found));
  const version = row?.version ?? 0;
  if (version > steps.length) throw new Error("This room was stored by a later version of Captionwire.");
  if (version === steps.length) return;
  sqlite.transaction(() => {
    for (const statement of steps.slice(version).flat()) sqlite.exec(statement);
    sqlite.exec("DELETE FROM shape");
    sqlite.exec("INSERT INTO shape (version) VALUES (?)", steps.length);
  });
}
