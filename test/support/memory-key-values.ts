import { serialize } from "node:v8";
import type { KeyValues } from "../../party/room/key-values.ts";

const keyMaxBytes = 2_048;
const valueMaxBytes = 128 * 1_024;
const callMaxEntries = 128;

/** What outlives every object that opens it. */
export type Disk = Map<string, string>;

/**
 * A Durable Object's key-value storage as one object sees it: writes called in one turn are on the disk together once it
 * is over, or, if the object dies in the middle of it, not at all. Its limits are those of the platform.
 *
 * @param callsLeft the object dies with the next `put`, `delete` or `deleteAll` after so many; nothing works from then on
 */
export class MemoryKeyValues implements KeyValues {
  readonly #disk: Disk;
  #callsLeft: number;
  #turn: { readonly work: (() => void)[]; readonly over: Promise<void> } | null = null;
  #calls = 0;

  constructor(disk: Disk = new Map(), callsLeft = Number.POSITIVE_INFINITY) {
    this.#disk = disk;
    this.#callsLeft = callsLeft;
  }

  get calls(): number {
    return this.#calls;
  }

  /** The object dies now. */
  die(): void {
    this.#callsLeft = -1;
  }

  get isDead(): boolean {
    return this.#callsLeft < 0;
  }

  async list({ prefix }: { readonly prefix: string }): Promise<ReadonlyMap<string, unknown>> {
    await this.#turn?.over;
    if (this.isDead) throw new Error("The object is dead.");
    const found = [...this.#disk].filter(([key]) => key.startsWith(prefix));
    return new Map(found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }

  put(entries: Record<string, string>): Promise<void> {
    const pairs = Object.entries(entries);
    requireFew(pairs.length);
    for (const [key, value] of pairs) {
      requireShort("Keys", Buffer.byteLength(key), keyMaxBytes);
      requireShort("Values", serialize(value).length, valueMaxBytes);
    }
    return this.#write(() => {
      for (const [key, value] of pairs) this.#disk.set(key, value);
    });
  }

  delete(keys: string[]): Promise<void> {
    requireFew(keys.length);
    return this.#write(() => {
      for (const key of keys) this.#disk.delete(key);
    });
  }

  deleteAll(): Promise<void> {
    return this.#write(() => this.#disk.clear());
  }

  #write(work: () => void): Promise<void> {
    this.#calls += 1;
    this.#callsLeft -= 1;
    if (this.isDead) return Promise.reject(new Error("The object is dead."));
    this.#turn ??= this.#newTurn();
    this.#turn.work.push(work);
    return this.#turn.over;
  }

  #newTurn() {
    const work: (() => void)[] = [];
    const over = Promise.resolve().then(() => {
      this.#turn = null;
      if (this.isDead) throw new Error("The object is dead.");
      for (const each of work) each();
    });
    return { work, over };
  }
}

function requireFew(count: number): void {
  if (count > callMaxEntries) throw new RangeError(`${count} entries, and ${callMaxEntries} are the most.`);
}

function requireShort(what: string, bytes: number, max: number): void {
  if (bytes > max) throw new RangeError(`${what} have ${max} bytes at most, and this one ${bytes}.`);
}
