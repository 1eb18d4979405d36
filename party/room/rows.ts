import * as v from "valibot";
import { callMaxEntries, type KeyValues, valueMaxCharacters } from "./key-values.ts";

/** The shape of a room's rows as this code writes them; what comes to an earlier one later is a step from it to the next. */
const shape = 1;
const shapeKey = "shape";
/** Where a row is continued that is too long for one value: behind it the row's key, a space, and a number from 1. */
const continued = "more ";

const Text = v.string();
const ShapeSchema = v.pipe(v.string(), v.toNumber(), v.integer());

export type RowsWritten = {
  readonly put?: readonly (readonly [key: string, text: string])[];
  readonly remove?: readonly string[];
};

/**
 * Rows of text of any length in a key-value storage.
 *
 * A segment may be longer than one value: neither a provider's final nor a batch answer's utterance has a limit below
 * that of the whole answer (`limits.batchAnswerMaxBytes`).
 */
export class Rows {
  readonly #kv: KeyValues;
  /** Of rows that are longer than one value, how many values there are besides the first. */
  readonly #more: Map<string, number>;
  #isOpen = true;

  private constructor(kv: KeyValues, more: Map<string, number>) {
    this.#kv = kv;
    this.#more = more;
  }

  /** Whether there are any, or a place for them. */
  static async areAt(kv: KeyValues): Promise<boolean> {
    return (await kv.list({ prefix: shapeKey })).size > 0;
  }

  /** Makes a place for them where there is none. Throws when they were written by a later version than this code. */
  static async open(kv: KeyValues): Promise<Rows> {
    const found = (await kv.list({ prefix: shapeKey })).get(shapeKey);
    if (found === undefined) await kv.put({ [shapeKey]: String(shape) });
    else if (v.parse(ShapeSchema, found) > shape) {
      throw new Error("This room was stored by a later version of Captionwire.");
    }
    const more = new Map<string, number>();
    for (const key of (await kv.list({ prefix: continued })).keys()) {
      const row = key.slice(continued.length, key.lastIndexOf(" "));
      more.set(row, (more.get(row) ?? 0) + 1);
    }
    return new Rows(kv, more);
  }

  /** Those whose keys begin so, by the rest of their keys. */
  async read(prefix: string): Promise<ReadonlyMap<string, string>> {
    const found = await this.#kv.list({ prefix });
    const isAnyLong = [...this.#more.keys()].some((key) => key.startsWith(prefix));
    const rest = isAnyLong ? await this.#kv.list({ prefix: continued + prefix }) : new Map<string, unknown>();
    const rows = new Map<string, string>();
    for (const [key, first] of found) {
      const texts = [first, ...this.#keysBehind(key).map((behind) => rest.get(behind))];
      rows.set(key.slice(prefix.length), texts.map((text) => v.parse(Text, text)).join(""));
    }
    return rows;
  }

  /**
   * All of it or nothing, in the order in which this is called: everything is handed over before this returns. A key
   * that is both put and removed is put. Throws, or rejects, when it is refused.
   */
  write({ put = [], remove = [] }: RowsWritten): Promise<void> {
    // What an earlier room still has to say is no part of the one that took its place.
    if (!this.#isOpen) throw new Error("This room was deleted.");
    const entries: [string, string][] = [];
    const gone = new Set<string>();
    for (const key of remove) for (const each of [key, ...this.#keysBehind(key)]) gone.add(each);
    for (const key of remove) this.#more.delete(key);
    for (const [key, text] of put) {
      for (const behind of this.#keysBehind(key)) gone.add(behind);
      const pieces = Math.max(1, Math.ceil(text.length / valueMaxCharacters));
      if (pieces > 1) this.#more.set(key, pieces - 1);
      else this.#more.delete(key);
      for (const [at, each] of [key, ...this.#keysBehind(key)].entries()) {
        entries.push([each, text.slice(at * valueMaxCharacters, (at + 1) * valueMaxCharacters)]);
      }
    }
    for (const [key] of entries) gone.delete(key);
    // Nothing may be waited for between these calls: see `KeyValues`.
    const calls = [
      ...partsOf([...gone]).map((keys) => this.#kv.delete(keys)),
      ...partsOf(entries).map((some) => this.#kv.put(Object.fromEntries(some))),
    ];
    return Promise.all(calls).then(() => {});
  }

  /** Nothing is written by these any more: what is kept is about to be deleted. */
  close(): void {
    this.#isOpen = false;
  }

  #keysBehind(key: string): readonly string[] {
    return Array.from({ length: this.#more.get(key) ?? 0 }, (_, at) => `${continued}${key} ${at + 1}`);
  }
}

function partsOf<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / callMaxEntries);
  return Array.from({ length: count }, (_, at) => all.slice(at * callMaxEntries, (at + 1) * callMaxEntries));
}
