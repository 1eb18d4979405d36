import * as v from "valibot";
import type { Rows, RowsWritten } from "../rows.ts";
import type { DoorBook, Spending } from "./book.ts";
import { nothingRevoked, type Standing, StandingSchema } from "./standing.ts";

const doorKey = "door";
const spent = "spent ";
const spending = "spending ";

const DoorRow = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ standing: StandingSchema, isRegistered: v.boolean() }),
);
type Kept = v.InferOutput<typeof DoorRow>;
const SpentRow = v.pipe(v.string(), v.toNumber());
const SpendingRow = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    session: v.string(),
    paid: v.array(v.tuple([v.number(), v.number()])),
    usedMs: v.number(),
    until: v.number(),
  }),
);
type Spent = Spending & { readonly until: number };

const nothingKept: Kept = { standing: nothingRevoked, isRegistered: false };

/**
 * A door's book in a key-value storage: read at once, held in memory and written through. `failed` is told of what is
 * refused: the room must not go on then, since a successor would know less than this one has answered by.
 */
export class KvBook implements DoorBook {
  readonly #rows: Rows;
  readonly #failed: (error: unknown) => void;
  #door: Kept = nothingKept;
  /** Until when, by id. */
  readonly #spent = new Map<string, number>();
  readonly #spendings = new Map<string, Spent>();

  private constructor(rows: Rows, failed: (error: unknown) => void) {
    this.#rows = rows;
    this.#failed = failed;
  }

  static async open(rows: Rows, failed: (error: unknown) => void): Promise<KvBook> {
    const book = new KvBook(rows, failed);
    const door = (await rows.read(doorKey)).get("");
    if (door !== undefined) book.#door = v.parse(DoorRow, door);
    for (const [id, until] of await rows.read(spent)) book.#spent.set(id, v.parse(SpentRow, until));
    for (const [id, text] of await rows.read(spending)) book.#spendings.set(id, v.parse(SpendingRow, text));
    return book;
  }

  standing(): Standing {
    return this.#door.standing;
  }

  keepStanding(standing: Standing): void {
    this.#keep({ ...this.#door, standing });
  }

  isRegistered(): boolean {
    return this.#door.isRegistered;
  }

  keepRegistered(isRegistered: boolean): void {
    this.#keep({ ...this.#door, isRegistered });
  }

  spend(id: string, until: number, now: number): boolean {
    const remove = [...this.#spent].filter(([, other]) => other <= now).map(([other]) => other);
    for (const other of remove) this.#spent.delete(other);
    const isSpent = this.#spent.has(id);
    if (!isSpent) this.#spent.set(id, until);
    this.#write({
      remove: remove.map((other) => spent + other),
      put: isSpent ? [] : [[spent + id, String(until)]],
    });
    return !isSpent;
  }

  isNeeded(now: number): boolean {
    const spendings = [...this.#spendings.values()].map(({ until }) => until);
    return [...this.#spent.values(), ...spendings].some((until) => until > now);
  }

  spending(id: string): Spending | null {
    const kept = this.#spendings.get(id);
    if (kept === undefined) return null;
    const { session, paid, usedMs } = kept;
    return { session, paid, usedMs };
  }

  keepSpending(id: string, { session, paid, usedMs }: Spending, until: number, now: number): void {
    const remove = [...this.#spendings].filter(([, other]) => other.until <= now).map(([other]) => other);
    for (const other of remove) this.#spendings.delete(other);
    const kept: Spent = { session, paid, usedMs, until };
    this.#spendings.set(id, kept);
    this.#write({
      remove: remove.map((other) => spending + other),
      put: [[spending + id, JSON.stringify(kept)]],
    });
  }

  #keep(kept: Kept): void {
    this.#door = kept;
    this.#write({ put: [[doorKey, JSON.stringify(kept)]] });
  }

  #write(written: RowsWritten): void {
    this.#rows.write(written).catch(this.#failed);
  }
}
