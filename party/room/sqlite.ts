import * as v from "valibot";
import { compareSegments, SegmentSchema } from "../../shared/captions.ts";
import { type RoomSettings, RoomSettingsSchema } from "../../shared/settings.ts";
import { migrate } from "./migrations.ts";
import type { Sqlite } from "./sqlite-port.ts";
import type { Commit, RoomStore, StoredRoom } from "./store.ts";
import { StoredSessionSchema } from "./stored.ts";
import type { Change } from "./transcript.ts";

const RoomRow = v.object({
  epoch: v.string(),
  version: v.number(),
  earliest: v.number(),
  session: v.nullable(v.string()),
  settings: v.string(),
});
const SegmentRow = v.object({ body: v.string() });
const TombstoneRow = v.object({ id: v.string(), version: v.number() });

/** Rooms in SQLite: one row of head, session and settings, a row a segment, a row a tombstone. */
export class SqliteStore implements RoomStore {
  readonly #sqlite: Sqlite;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    migrate(sqlite);
  }

  async load(): Promise<StoredRoom | null> {
    const [row] = this.#rows(RoomRow, "SELECT epoch, version, earliest, session, settings FROM room");
    if (row === undefined) return null;
    const segments = this.#rows(SegmentRow, "SELECT body FROM segments")
      .map(({ body }) => v.parse(SegmentSchema, JSON.parse(body)))
      .sort(compareSegments);
    const tombstones = this.#rows(TombstoneRow, "SELECT id, version FROM tombstones ORDER BY version, rowid");
    const { epoch, version, earliest } = row;
    return {
      transcript: { epoch, version, earliest, segments, tombstones },
      session: row.session === null ? null : v.parse(StoredSessionSchema, JSON.parse(row.session)),
      settings: v.parse(RoomSettingsSchema, JSON.parse(row.settings)),
    };
  }

  async create({ transcript, session, settings }: StoredRoom): Promise<void> {
    const { epoch, version, earliest, segments, tombstones } = transcript;
    this.#sqlite.transaction(() => {
      for (const table of ["room", "segments", "tombstones"]) this.#sqlite.exec(`DELETE FROM ${table}`);
      this.#sqlite.exec(
        "INSERT INTO room (one, epoch, version, earliest, session, settings) VALUES (1, ?, ?, ?, ?, ?)",
        epoch,
        version,
        earliest,
        session === null ? null : JSON.stringify(session),
        JSON.stringify(settings),
      );
      this.#apply({ version, earliest, put: segments, removed: tombstones });
    });
  }

  async commit({ change, session }: Commit): Promise<void> {
    this.#sqlite.transaction(() => {
      if (session !== null) this.#sqlite.exec("UPDATE room SET session = ?", JSON.stringify(session));
      if (change !== null) this.#apply(change);
    });
  }

  async configure(settings: RoomSettings): Promise<void> {
    this.#sqlite.exec("UPDATE room SET settings = ?", JSON.stringify(settings));
  }

  #apply(change: Change): void {
    const { exec } = this.#sqlite;
    exec("UPDATE room SET version = ?, earliest = ?", change.version, change.earliest);
    for (const segment of change.put) {
      exec("INSERT OR REPLACE INTO segments (id, body) VALUES (?, ?)", segment.id, JSON.stringify(segment));
      exec("DELETE FROM tombstones WHERE id = ?", segment.id);
    }
    for (const { id, version } of change.removed) {
      exec("DELETE FROM segments WHERE id = ?", id);
      exec("INSERT OR REPLACE INTO tombstones (id, version) VALUES (?, ?)", id, version);
    }
    exec("DELETE FROM tombstones WHERE version <= ?", change.earliest);
  }

  #rows<const S extends v.GenericSchema>(schema: S, query: string): v.InferOutput<S>[] {
    return [...this.#sqlite.exec(query)].map((row) => v.parse(schema, row));
  }
}
