import { limits } from "../../shared/limits.ts";
import type { RoomSettings } from "../../shared/settings.ts";
import type { RoomStore, StoredRoom, StoredSession } from "./store.ts";
import { change, changed, type Draft, emptyTranscript, type Transcript } from "./transcript.ts";

export type Entry = {
  readonly put?: readonly Draft[];
  /** Ids of segments to remove. */
  readonly remove?: readonly string[];
  readonly session?: StoredSession;
};

/**
 * The room's durable state and the one queue in which it changes.
 *
 * Guarantee: what `transcript`, `session` and `settings` show is in storage. Work runs strictly one after the other,
 * each seeing what the one before has stored. When storage fails, nothing more is run and `died` is told once.
 */
export class Journal {
  readonly #store: RoomStore;
  readonly #now: () => number;
  readonly #died: (error: unknown) => void;
  #room: StoredRoom;
  #queue: Promise<void> = Promise.resolve();
  #isDead = false;

  constructor(store: RoomStore, stored: StoredRoom, now: () => number, died: (error: unknown) => void) {
    this.#store = store;
    this.#now = now;
    this.#room = stored;
    this.#died = died;
  }

  get transcript(): Transcript {
    return this.#room.transcript;
  }

  /** The latest session, running or ended. */
  get session(): StoredSession | null {
    return this.#room.session;
  }

  get settings(): RoomSettings {
    return this.#room.settings;
  }

  /** Settles when the work is done, or will never be. */
  enqueue(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue
      .then(() => (this.#isDead ? undefined : work()))
      .catch((error: unknown) => {
        if (this.#isDead) return;
        this.#isDead = true;
        this.#died(error);
      });
    return this.#queue;
  }

  /** Only from inside of enqueued work. Segments and session change together or not at all. */
  async commit({ put = [], remove = [], session = undefined }: Entry): Promise<void> {
    const { transcript } = this.#room;
    const isChange = put.length > 0 || remove.length > 0;
    const next = isChange ? change(transcript, { put, remove }, this.#now(), limits.tombstonesMax) : null;
    await this.#store.commit({ change: next, session: session ?? null });
    this.#room = {
      ...this.#room,
      transcript: next === null ? transcript : changed(transcript, next),
      session: session ?? this.#room.session,
    };
  }

  async configure(settings: RoomSettings): Promise<void> {
    await this.#store.configure(settings);
    this.#room = { ...this.#room, settings };
  }

  /** Forgets all that was said, under a new epoch. A session that runs goes on from here. */
  async purge(epoch: string, session: StoredSession | null): Promise<void> {
    const room = { ...this.#room, transcript: emptyTranscript(epoch), session };
    await this.#store.create(room);
    this.#room = room;
  }
}
