import * as v from "valibot";
import { compareSegments, SegmentSchema } from "../../shared/captions.ts";
import { type RoomSettings, RoomSettingsSchema } from "../../shared/settings.ts";
import type { Rows } from "./rows.ts";
import type { Commit, RoomStore, StoredRoom } from "./store.ts";
import { StoredSessionSchema } from "./stored.ts";
import type { Tombstone } from "./transcript.ts";

const keys = { epoch: "room epoch", head: "room head", session: "room session", settings: "room settings" };
const segment = "segment ";
const tombstone = "tombstone ";

const HeadRow = v.pipe(v.string(), v.parseJson(), v.object({ version: v.number(), earliest: v.number() }));
const SessionRow = v.pipe(v.string(), v.parseJson(), StoredSessionSchema);
const SettingsRow = v.pipe(v.string(), v.parseJson(), RoomSettingsSchema);
const SegmentRow = v.pipe(v.string(), v.parseJson(), SegmentSchema);
/** `at`: its place among those of the same write. */
const TombstoneRow = v.pipe(v.string(), v.parseJson(), v.object({ version: v.number(), at: v.number() }));

/** Rooms in a key-value storage: a row each for epoch, head, session and settings, a row a segment, a row a tombstone. */
export class KvStore implements RoomStore {
  readonly #rows: Rows;
  /** Versions by id, once they are known. */
  #tombstones: Map<string, number> | null = null;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  async load(): Promise<StoredRoom | null> {
    const [epoch, head, session, settings] = await this.#room();
    if (epoch === undefined) return null;
    const { version, earliest } = v.parse(HeadRow, head);
    const segments = [...(await this.#rows.read(segment)).values()]
      .map((text) => v.parse(SegmentRow, text))
      .sort(compareSegments);
    return {
      transcript: { epoch, version, earliest, segments, tombstones: await this.#readTombstones() },
      session: session === undefined ? null : v.parse(SessionRow, session),
      settings: v.parse(SettingsRow, settings),
    };
  }

  async create({ transcript, session, settings }: StoredRoom): Promise<void> {
    const { epoch, version, earliest, segments, tombstones } = transcript;
    const before = [
      ...[...(await this.#rows.read(segment)).keys()].map((id) => segment + id),
      ...[...(await this.#rows.read(tombstone)).keys()].map((id) => tombstone + id),
    ];
    this.#tombstones = new Map(tombstones.map((one) => [one.id, one.version]));
    await this.#rows.write({
      remove: [keys.session, ...before],
      put: [
        [keys.epoch, epoch],
        [keys.head, JSON.stringify({ version, earliest })],
        [keys.settings, JSON.stringify(settings)],
        ...(session === null ? [] : [[keys.session, JSON.stringify(session)] as const]),
        ...segments.map((one) => [segment + one.id, JSON.stringify(one)] as const),
        ...tombstones.map(tombstoneRow),
      ],
    });
  }

  async commit({ change, session }: Commit): Promise<void> {
    const put: (readonly [string, string])[] = [];
    const remove: string[] = [];
    if (session !== null) put.push([keys.session, JSON.stringify(session)]);
    if (change !== null) {
      const tombstones = await this.#known();
      const { version, earliest } = change;
      put.push([keys.head, JSON.stringify({ version, earliest })]);
      for (const one of change.put) {
        put.push([segment + one.id, JSON.stringify(one)]);
        if (tombstones.delete(one.id)) remove.push(tombstone + one.id);
      }
      for (const one of change.removed) {
        remove.push(segment + one.id);
        tombstones.set(one.id, one.version);
      }
      for (const [id, removedIn] of tombstones) {
        if (removedIn > earliest) continue;
        tombstones.delete(id);
        remove.push(tombstone + id);
      }
      put.push(...change.removed.filter(({ id }) => tombstones.has(id)).map(tombstoneRow));
    }
    await this.#rows.write({ put, remove });
  }

  async configure(settings: RoomSettings): Promise<void> {
    await this.#rows.write({ put: [[keys.settings, JSON.stringify(settings)]] });
  }

  async #room(): Promise<readonly (string | undefined)[]> {
    const rows = await this.#rows.read("room ");
    return [keys.epoch, keys.head, keys.session, keys.settings].map((key) =>
      rows.get(key.slice("room ".length)),
    );
  }

  async #known(): Promise<Map<string, number>> {
    if (this.#tombstones === null) await this.#readTombstones();
    return this.#tombstones ?? new Map();
  }

  async #readTombstones(): Promise<readonly Tombstone[]> {
    const found = [...(await this.#rows.read(tombstone))]
      .map(([id, text]) => ({ id, ...v.parse(TombstoneRow, text) }))
      .sort((a, b) => a.version - b.version || a.at - b.at);
    this.#tombstones = new Map(found.map(({ id, version }) => [id, version]));
    return found.map(({ id, version }) => ({ id, version }));
  }
}

function tombstoneRow({ id, version }: Tombstone, at: number): readonly [string, string] {
  return [tombstone + id, JSON.stringify({ version, at })];
}
