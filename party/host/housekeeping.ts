import { timing } from "../../shared/limits.ts";
import type { DoorBook } from "../room/door/book.ts";
import type { Standing } from "../room/door/standing.ts";
import type { Ground } from "./ground.ts";
import type { OpenRoom } from "./requests.ts";

type Inside = Pick<OpenRoom, "room" | "door" | "book">;

/**
 * When a room comes to be, how long it keeps what it holds, and when it goes: a room is on its tenant's list for as long as it
 * exists, because that is how it hears of revocations.
 */
export class Housekeeping {
  readonly #ground: Pick<Ground, "registry" | "setAlarm" | "clear">;

  constructor(ground: Pick<Ground, "registry" | "setAlarm" | "clear">) {
    this.#ground = ground;
  }

  /** Asks for a room that is to be made. Throws `too_many_rooms`, and then nothing is left behind. */
  async applyForRoom(): Promise<Standing> {
    try {
      return await this.#ground.registry.admit(true);
    } catch (error) {
      // A platform may have written its name down already.
      await this.#ground.clear();
      throw error;
    }
  }

  /** There is a place for the room: it is looked after from now on. */
  async moveIn(book: DoorBook, standing: Standing): Promise<void> {
    book.keepStanding(standing);
    book.keepRegistered(true);
    await this.#ground.setAlarm(Date.now() + timing.vacantRoomMs);
  }

  /** Puts a room that exists on the tenant's list, where it is not; answers what it had not heard of then. */
  async enlist(book: DoorBook): Promise<Standing | null> {
    if (book.isRegistered()) return null;
    const standing = await this.#ground.registry.admit(false);
    book.keepRegistered(true);
    return standing;
  }

  /** Deletes what has expired, and has the object woken for what expires next. */
  async expire({ room }: Pick<OpenRoom, "room">): Promise<void> {
    const expiresAt = await room.expire();
    // Whoever is about to speak may leave without a word.
    const looksAgainAt = room.isKept ? null : Date.now() + timing.vacantRoomMs;
    const at = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, looksAgainAt ?? Number.POSITIVE_INFINITY);
    await this.#ground.setAlarm(Number.isFinite(at) ? at : null);
  }

  /**
   * With nobody in it and nothing, a room makes place for another. Not to be called again before it is over.
   *
   * @param gone called as it goes
   */
  async forgetVacant(open: Inside, gone: () => void): Promise<void> {
    if (this.#isVacant(open)) {
      open.book.keepRegistered(false);
      await this.#ground.registry.forget();
    }
    // Somebody has come meanwhile, or had when an earlier try failed in the middle.
    if (!this.#isVacant(open)) {
      const standing = await this.enlist(open.book);
      if (standing !== null) open.door.revoke(standing);
      return;
    }
    gone();
    // In one turn: a room that is made anew in between would lose what it wrote.
    await this.#ground.clear();
  }

  /** What tokens have used up is kept for as long as they could be shown again. */
  #isVacant({ room, door, book }: Inside): boolean {
    return door.isEmpty && room.isVacant && !book.isNeeded(Date.now());
  }
}
