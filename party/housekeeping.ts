import { timing } from "../shared/limits.ts";
import type { OpenRoom } from "./requests.ts";
import type { DoorBook } from "./room/door/book.ts";
import { SqliteBook } from "./room/door/sqlite-book.ts";
import type { Standing } from "./room/door/standing.ts";
import type { Sqlite } from "./room/sqlite-port.ts";
import { sqliteOf } from "./storage.ts";
import type { Registry } from "./tenant/registry.ts";

type Inside = Pick<OpenRoom, "room" | "door">;

/**
 * When a room comes to be, how long it keeps what it holds, and when it goes: a room is on its tenant's list for as long as it
 * exists, because that is how it hears of revocations.
 */
export class Housekeeping {
  readonly #storage: DurableObjectStorage;
  readonly #registry: Registry;
  readonly sqlite: Sqlite;
  readonly book: DoorBook;

  constructor(storage: DurableObjectStorage, registry: Registry) {
    this.#storage = storage;
    this.#registry = registry;
    this.sqlite = sqliteOf(storage);
    this.book = new SqliteBook(this.sqlite);
  }

  get exists(): boolean {
    const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'room'";
    return [...this.#storage.sql.exec(query)].length > 0;
  }

  /** Asks for a room that is to be made. Throws `too_many_rooms`, and then nothing is left behind. */
  async applyForRoom(): Promise<Standing> {
    try {
      return await this.#registry.admit(true);
    } catch (error) {
      // partyserver has written the name down already.
      await this.#storage.deleteAll();
      throw error;
    }
  }

  /** The room's tables are there: it is looked after from now on. */
  async moveIn(standing: Standing): Promise<void> {
    this.book.keepStanding(standing);
    this.book.keepRegistered(true);
    await this.#storage.setAlarm(Date.now() + timing.vacantRoomMs);
  }

  /** Puts a room that exists on the tenant's list, where it is not; answers what it had not heard of then. */
  async enlist(): Promise<Standing | null> {
    if (this.book.isRegistered()) return null;
    const standing = await this.#registry.admit(false);
    this.book.keepRegistered(true);
    return standing;
  }

  /** Deletes what has expired, and has the object woken for what expires next. */
  async expire({ room }: Pick<OpenRoom, "room">): Promise<void> {
    const expiresAt = await room.expire();
    // Whoever is about to speak may leave without a word.
    const looksAgainAt = room.isKept ? null : Date.now() + timing.vacantRoomMs;
    const at = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, looksAgainAt ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(at)) await this.#storage.setAlarm(at);
    else await this.#storage.deleteAlarm();
  }

  /**
   * With nobody in it and nothing, a room makes place for another. Not to be called again before it is over.
   *
   * @param gone called as it goes
   */
  async forgetVacant(open: Inside, gone: () => void): Promise<void> {
    if (this.#isVacant(open)) {
      this.book.keepRegistered(false);
      await this.#registry.forget();
    }
    // Somebody has come meanwhile, or had when an earlier try failed in the middle.
    if (!this.#isVacant(open)) {
      const standing = await this.enlist();
      if (standing !== null) open.door.revoke(standing);
      return;
    }
    gone();
    // In one turn: a room that is made anew in between would lose what it wrote.
    await Promise.all([this.#storage.deleteAlarm(), this.#storage.deleteAll()]);
  }

  /** What tokens have used up is kept for as long as they could be shown again. */
  #isVacant({ room, door }: Inside): boolean {
    return door.isEmpty && room.isVacant && !this.book.isNeeded(Date.now());
  }
}
