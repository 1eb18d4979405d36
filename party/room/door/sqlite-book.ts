import * as v from "valibot";
import type { Sqlite } from "../sqlite-port.ts";
import type { DoorBook, Spending } from "./book.ts";
import { nothingRevoked, type Standing, StandingSchema } from "./standing.ts";

const KeptRow = v.object({ standing: v.string(), registered: v.number() });
const StretchesSchema = v.array(v.tuple([v.number(), v.number()]));
const SpendingRow = v.object({ session: v.string(), paid: v.string(), used_ms: v.number() });

/** A door's book in SQLite. */
export class SqliteBook implements DoorBook {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
  }

  standing(): Standing {
    const kept = this.#kept();
    return kept === null ? nothingRevoked : v.parse(StandingSchema, JSON.parse(kept.standing));
  }

  keepStanding(standing: Standing): void {
    this.#keep({ standing: JSON.stringify(standing), registered: this.#kept()?.registered ?? 0 });
  }

  isRegistered(): boolean {
    return this.#kept()?.registered === 1;
  }

  keepRegistered(isRegistered: boolean): void {
    const standing = this.#kept()?.standing ?? JSON.stringify(nothingRevoked);
    this.#keep({ standing, registered: isRegistered ? 1 : 0 });
  }

  spend(id: string, until: number, now: number): boolean {
    this.#sqlite.exec("DELETE FROM spent WHERE until <= ?", now);
    const rows = this.#sqlite.exec(
      "INSERT INTO spent (id, until) VALUES (?, ?) ON CONFLICT (id) DO NOTHING RETURNING id",
      id,
      until,
    );
    return [...rows].length === 1;
  }

  isNeeded(now: number): boolean {
    const query =
      "SELECT id FROM spent WHERE until > ?1 UNION ALL SELECT id FROM spending WHERE until > ?1 LIMIT 1";
    return [...this.#sqlite.exec(query, now)].length > 0;
  }

  spending(id: string): Spending | null {
    const [row] = this.#sqlite.exec("SELECT session, paid, used_ms FROM spending WHERE id = ?", id);
    if (row === undefined) return null;
    const { session, paid, used_ms } = v.parse(SpendingRow, row);
    return { session, paid: v.parse(StretchesSchema, JSON.parse(paid)), usedMs: used_ms };
  }

  keepSpending(id: string, { session, paid, usedMs }: Spending, until: number, now: number): void {
    this.#sqlite.exec("DELETE FROM spending WHERE until <= ?", now);
    this.#sqlite.exec(
      "INSERT OR REPLACE INTO spending (id, session, paid, used_ms, until) VALUES (?, ?, ?, ?, ?)",
      id,
      session,
      JSON.stringify(paid),
      usedMs,
      until,
    );
  }

  #kept(): v.InferOutput<typeof KeptRow> | null {
    const [row] = this.#sqlite.exec("SELECT standing, registered FROM door");
    return row === undefined ? null : v.parse(KeptRow, row);
  }

  #keep({ standing, registered }: v.InferOutput<typeof KeptRow>): void {
    this.#sqlite.exec(
      "INSERT OR REPLACE INTO door (one, standing, registered) VALUES (1, ?, ?)",
      standing,
      registered,
    );
  }
}
