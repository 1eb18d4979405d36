import { KvStore } from "../../../party/room/kv.ts";
import { type MeasureStore, memoryMeasures } from "../../../party/room/measure/store.ts";
import { Rows } from "../../../party/room/rows.ts";
import type { Commit, RoomStore, StoredRoom } from "../../../party/room/store.ts";
import { MemoryKeyValues } from "../../support/memory-key-values.ts";
import { MemoryStore } from "../../support/scripted-room.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Clock } from "./clock.ts";

/** What a room that gives itself up for the disk's sake names as its reason. */
export const diskFull = "DiskFull";

type Write = {
  readonly apply: () => Promise<void>;
  readonly settle: (failed: boolean) => void;
  cancel: () => void;
};

class DiskFull extends Error {
  override readonly name = diskFull;
}

/** What rooms are kept in. `key-values`: the store that hosts without SQLite have, and what it makes of each commit. */
export type Medium = "memory" | "key-values";

/** Rooms in a key-value storage, with the room as a successor would find it after each write. */
class KvMedium implements RoomStore {
  readonly #disk = new Map<string, string>();
  room: StoredRoom | null = null;

  async load(): Promise<StoredRoom | null> {
    this.room = await (await this.#opened()).load();
    return this.room;
  }

  create = (room: StoredRoom): Promise<void> => this.#write((store) => store.create(room));
  commit = (commit: Commit): Promise<void> => this.#write((store) => store.commit(commit));
  configure = (settings: StoredRoom["settings"]): Promise<void> =>
    this.#write((store) => store.configure(settings));

  async #write(work: (store: RoomStore) => Promise<void>): Promise<void> {
    await work(await this.#opened());
    await this.load();
  }

  async #opened(): Promise<RoomStore> {
    return new KvStore(await Rows.open(new MemoryKeyValues(this.#disk)));
  }
}

/**
 * The disk of a room: it outlives every object that opens it. Commits take time and are written in their order; of those
 * on their way when the object dies, some are written and some are not.
 */
export class Disk {
  readonly #medium: RoomStore & { readonly room: StoredRoom | null };
  readonly #measures = memoryMeasures();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #written: () => void;
  #writing: Write[] = [];
  #lastAt = 0;
  /** Longest time a commit takes. */
  slownessMs = 0;
  #failures = 0;

  constructor(clock: Clock, random: Random, written: () => void, medium: Medium = "memory") {
    this.#medium = medium === "memory" ? new MemoryStore() : new KvMedium();
    this.#clock = clock;
    this.#random = random;
    this.#written = written;
  }

  get room(): StoredRoom | null {
    return this.#medium.room;
  }

  failNext(): void {
    this.#failures += 1;
  }

  heal(): void {
    this.#failures = 0;
    this.slownessMs = 0;
  }

  /** The disk as one object sees it. */
  open(): RoomStore {
    return {
      load: async () => {
        await this.#wait();
        return this.#medium.load();
      },
      create: (room) => this.#write(() => this.#medium.create(room)),
      configure: (settings) => this.#write(() => this.#medium.configure(settings)),
      commit: (commit: Commit) => this.#write(() => this.#medium.commit(commit)),
    };
  }

  /** What is measured, as one object keeps it: a disk that is full refuses this as well. */
  openMeasures(): MeasureStore {
    const guarded = <Arguments extends unknown[], Answer>(work: (...given: Arguments) => Answer) => {
      return (...given: Arguments): Answer => {
        if (this.#failures > 0) throw new DiskFull();
        return work(...given);
      };
    };
    const { entries, head, minutes, write, remove, clear } = this.#measures;
    return {
      entries: guarded(entries),
      head: guarded(head),
      minutes: guarded(minutes),
      write: guarded(write),
      remove: guarded(remove),
      clear: guarded(clear),
    };
  }

  /** The object that was writing is dead. */
  async crash(): Promise<void> {
    const writing = this.#writing;
    this.#writing = [];
    for (const write of writing) write.cancel();
    const done = this.#random.int(0, writing.length);
    for (const write of writing.slice(0, done)) {
      await write.apply();
      this.#written();
    }
  }

  #write(apply: () => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const fails = this.#failures > 0;
    if (fails) this.#failures -= 1;
    const write: Write = {
      apply,
      settle: (failed) => (failed ? reject(new DiskFull()) : resolve()),
      cancel: this.#later(() => {
        this.#writing = this.#writing.filter((other) => other !== write);
        if (fails) {
          write.settle(true);
          return;
        }
        void apply().then(() => {
          this.#written();
          write.settle(false);
        }, reject);
      }),
    };
    this.#writing.push(write);
    return promise;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#later(resolve);
    });
  }

  #later(run: () => void): () => void {
    const delayMs = this.#random.chance(0.8) ? 0 : this.#random.int(1, 10);
    const at = this.#clock.elapsedMs + delayMs + this.#random.int(0, this.slownessMs);
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#clock.set(run, this.#lastAt - this.#clock.elapsedMs);
  }
}
