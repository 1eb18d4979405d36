import * as v from "valibot";
import type { Sqlite } from "../room/sqlite-port.ts";

const UsedRow = v.object({ used: v.number() });

/** Characters that capped tokens have had spoken: counted before they are asked for, so never more than the cap. */
export class Characters {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    sqlite.exec(
      "CREATE TABLE IF NOT EXISTS spoken (token TEXT PRIMARY KEY, used INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID",
    );
  }

  /** Takes `count` of what is left of `max`; `false`, and nothing taken, when that is less. */
  take(token: string, count: number, max: number, until: number, now: number): boolean {
    this.#sqlite.exec("DELETE FROM spoken WHERE until <= ?", now);
    const used = this.#used(token) + count;
    if (used > max) return false;
    this.#sqlite.exec(
      "INSERT OR REPLACE INTO spoken (token, used, until) VALUES (?, ?, ?)",
      token,
      used,
      until,
    );
    return true;
  }

  /** What was taken and never asked for. */
  giveBack(token: string, count: number): void {
    this.#sqlite.exec("UPDATE spoken SET used = max(0, used - ?) WHERE token = ?", count, token);
  }

  #used(token: string): number {
    const [row] = this.#sqlite.exec("SELECT used FROM spoken WHERE token = ?", token);
    return row === undefined ? 0 : v.parse(UsedRow, row).used;
  }
}
