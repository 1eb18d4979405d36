import { KvBook } from "./door/kv-book.ts";
import type { KeyValues } from "./key-values.ts";
import { KvStore } from "./kv.ts";
import { KvMeasures } from "./measure/kv-measures.ts";
import { Rows } from "./rows.ts";

/** The place of a room in a key-value storage that holds nothing else, for as long as an object of the room lives. */
export class KvPlace {
  readonly #kv: KeyValues;
  readonly #failed: (error: unknown) => void;
  #rows: Rows | null = null;
  #exists: boolean;

  private constructor(kv: KeyValues, failed: (error: unknown) => void, exists: boolean) {
    this.#kv = kv;
    this.#failed = failed;
    this.#exists = exists;
  }

  /**
   * @param failed what was kept by a call that does not wait has been refused: the host drops the room and its sockets,
   *   as where storage refuses a commit
   */
  static async at(kv: KeyValues, failed: (error: unknown) => void): Promise<KvPlace> {
    return new KvPlace(kv, failed, await Rows.areAt(kv));
  }

  /** Whether anything is kept of the room, or a place for it. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Opens what is kept, or makes a place for it. Throws when it was stored by a later version than this code. */
  async keep(): Promise<{ readonly store: KvStore; readonly measures: KvMeasures; readonly book: KvBook }> {
    const rows = await Rows.open(this.#kv);
    this.#rows = rows;
    this.#exists = true;
    return {
      store: new KvStore(rows),
      measures: await KvMeasures.open(rows, this.#failed),
      book: await KvBook.open(rows, this.#failed),
    };
  }

  /** Deletes all of it. As soon as this is called nothing exists, and what was opened before writes no more. */
  async clear(): Promise<void> {
    this.#rows?.close();
    this.#rows = null;
    this.#exists = false;
    await this.#kv.deleteAll();
  }
}
