import * as v from "valibot";
import type { Sqlite } from "../room/sqlite-port.ts";

const CountRow = v.object({ count: v.number() });
const NameRow = v.object({ name: v.string() });
const OwedRow = v.object({ name: v.string(), owed: v.number() });

/** A room that has to be told, and which telling it is. */
export type Owed = { readonly name: string; readonly owed: number };

/** A tenant's rooms, and which of them have yet to be told of a revocation. */
export class RoomList {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    sqlite.exec(
      "CREATE TABLE IF NOT EXISTS room (name TEXT PRIMARY KEY, owed INTEGER NOT NULL) WITHOUT ROWID",
    );
    sqlite.exec(
      "CREATE TABLE IF NOT EXISTS telling (one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL)",
    );
  }

  /** Puts a room on the list; `false` when it is new and there are `max` already. */
  admit(name: string, isNew: boolean, max: number): boolean {
    const isKnown = this.#count("SELECT count(*) AS count FROM room WHERE name = ?", name) === 1;
    if (isKnown) return true;
    if (isNew && this.#count("SELECT count(*) AS count FROM room") >= max) return false;
    this.#sqlite.exec("INSERT INTO room (name, owed) VALUES (?, 0)", name);
    return true;
  }

  forget(name: string): void {
    this.#sqlite.exec("DELETE FROM room WHERE name = ?", name);
  }

  /** The first `limit` names behind `after` that begin with `prefix`, sorted. */
  names(prefix: string, after: string, limit: number): readonly string[] {
    const query = "SELECT name FROM room WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?";
    const rows = this.#sqlite.exec(query, after, prefix.length, prefix, limit);
    return [...rows].map((row) => v.parse(NameRow, row).name);
  }

  /** One room, or all, have to be told once more. */
  owe(name: string | null): void {
    // Never the same again, so that a late answer to an earlier telling is not taken for one to this.
    this.#sqlite.exec(
      "INSERT INTO telling (one, number) VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET number = number + 1",
    );
    const set = "UPDATE room SET owed = (SELECT number FROM telling)";
    if (name === null) this.#sqlite.exec(set);
    else this.#sqlite.exec(`${set} WHERE name = ?`, name);
  }

  /** Those that have to be told, and which telling it is. */
  owed(): readonly Owed[] {
    const rows = this.#sqlite.exec("SELECT name, owed FROM room WHERE owed > 0");
    return [...rows].map((row) => v.parse(OwedRow, row));
  }

  /** The room was told; unless there is something newer by now. */
  told({ name, owed }: Owed): void {
    this.#sqlite.exec("UPDATE room SET owed = 0 WHERE name = ? AND owed = ?", name, owed);
  }

  get owedCount(): number {
    return this.#count("SELECT count(*) AS count FROM room WHERE owed > 0");
  }

  #count(query: string, ...bindings: string[]): number {
    const [row] = this.#sqlite.exec(query, ...bindings);
    return v.parse(CountRow, row).count;
  }
}
