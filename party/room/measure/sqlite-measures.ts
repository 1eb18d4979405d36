import * as v from "valibot";
import { type Minute, MinuteSchema, type ReportEntry } from "../../../shared/quality-report.ts";
import { migrate } from "../migrations.ts";
import type { Sqlite } from "../sqlite-port.ts";
import type { MeasureRow, MeasureStore } from "./store.ts";

const EntryRow = v.object({ session: v.string(), startedAt: v.number(), endedAt: v.nullable(v.number()) });
const HeadRow = v.object({ head: v.string() });
const MinuteRow = v.object({ body: v.string() });
const StoredMinute = v.pipe(v.string(), v.parseJson(), MinuteSchema);

/** Measures in SQLite: a row a session, a row a minute of it. */
export class SqliteMeasures implements MeasureStore {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    migrate(sqlite);
  }

  entries(): readonly ReportEntry[] {
    return this.#rows(
      EntryRow,
      "SELECT session, started_at AS startedAt, ended_at AS endedAt FROM measures ORDER BY session DESC",
    );
  }

  head(session: string): string | null {
    const [row] = this.#rows(HeadRow, "SELECT head FROM measures WHERE session = ?", session);
    return row?.head ?? null;
  }

  /** Without those that are of another shape. */
  minutes(session: string): readonly Minute[] {
    const query = "SELECT body FROM measured_minutes WHERE session = ? ORDER BY minute";
    return this.#rows(MinuteRow, query, session).flatMap(({ body }) => {
      const read = v.safeParse(StoredMinute, body);
      return read.success ? [read.output] : [];
    });
  }

  write({ session, startedAt, endedAt }: ReportEntry, { head, minutes, isAnew }: MeasureRow): void {
    const { exec } = this.#sqlite;
    this.#sqlite.transaction(() => {
      if (isAnew) exec("DELETE FROM measured_minutes WHERE session = ?", session);
      exec(
        "INSERT OR REPLACE INTO measures (session, started_at, ended_at, head) VALUES (?, ?, ?, ?)",
        session,
        startedAt,
        endedAt,
        head,
      );
      for (const minute of minutes) {
        exec(
          "INSERT OR REPLACE INTO measured_minutes (session, minute, body) VALUES (?, ?, ?)",
          session,
          minute.minute,
          JSON.stringify(minute),
        );
      }
    });
  }

  remove(sessions: readonly string[]): void {
    this.#sqlite.transaction(() => {
      for (const session of sessions) {
        this.#sqlite.exec("DELETE FROM measures WHERE session = ?", session);
        this.#sqlite.exec("DELETE FROM measured_minutes WHERE session = ?", session);
      }
    });
  }

  clear(): void {
    this.#sqlite.transaction(() => {
      this.#sqlite.exec("DELETE FROM measures");
      this.#sqlite.exec("DELETE FROM measured_minutes");
    });
  }

  #rows<const S extends v.GenericSchema>(
    schema: S,
    query: string,
    ...bindings: string[]
  ): v.InferOutput<S>[] {
    return [...this.#sqlite.exec(query, ...bindings)].map((row) => v.parse(schema, row));
  }
}
