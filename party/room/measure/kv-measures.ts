import * as v from "valibot";
import { type Minute, MinuteSchema, type ReportEntry } from "../../../shared/quality-report.ts";
import type { Rows, RowsWritten } from "../rows.ts";
import { type MeasureRow, type MeasureStore, newestFirst } from "./store.ts";

const measured = "measured ";
const minute = "minute ";

const MeasuredRow = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ startedAt: v.number(), endedAt: v.nullable(v.number()), head: v.string() }),
);
const StoredMinute = v.pipe(v.string(), v.parseJson(), MinuteSchema);

type Measured = {
  readonly entry: ReportEntry;
  readonly head: string;
  /** JSON by the minute's number. */
  readonly minutes: Map<number, string>;
};

/**
 * Measures in a key-value storage: a row a session, a row a minute of it. All are read at once and held in memory, and
 * written through; `failed` is told of what is refused later than at once.
 */
export class KvMeasures implements MeasureStore {
  readonly #rows: Rows;
  readonly #failed: (error: unknown) => void;
  readonly #sessions: Map<string, Measured>;

  private constructor(rows: Rows, failed: (error: unknown) => void, sessions: Map<string, Measured>) {
    this.#rows = rows;
    this.#failed = failed;
    this.#sessions = sessions;
  }

  static async open(rows: Rows, failed: (error: unknown) => void): Promise<KvMeasures> {
    const sessions = new Map<string, Measured>();
    for (const [session, text] of await rows.read(measured)) {
      const { startedAt, endedAt, head } = v.parse(MeasuredRow, text);
      sessions.set(session, { entry: { session, startedAt, endedAt }, head, minutes: new Map() });
    }
    for (const [name, text] of await rows.read(minute)) {
      const end = name.lastIndexOf(" ");
      sessions.get(name.slice(0, end))?.minutes.set(Number(name.slice(end + 1)), text);
    }
    return new KvMeasures(rows, failed, sessions);
  }

  entries(): readonly ReportEntry[] {
    return [...this.#sessions.values()].map(({ entry }) => entry).sort(newestFirst);
  }

  head(session: string): string | null {
    return this.#sessions.get(session)?.head ?? null;
  }

  /** Without those that are of another shape. */
  minutes(session: string): readonly Minute[] {
    const stored = [...(this.#sessions.get(session)?.minutes ?? [])].sort(([a], [b]) => a - b);
    return stored.flatMap(([, text]) => {
      const read = v.safeParse(StoredMinute, text);
      return read.success ? [read.output] : [];
    });
  }

  write(entry: ReportEntry, { head, minutes, isAnew }: MeasureRow): void {
    const { session, startedAt, endedAt } = entry;
    const before = this.#sessions.get(session)?.minutes ?? new Map<number, string>();
    const given = minutes.map((one) => [one.minute, JSON.stringify(one)] as const);
    this.#write({
      remove: isAnew ? [...before.keys()].map((number) => minuteKey(session, number)) : [],
      put: [
        [measured + session, JSON.stringify({ startedAt, endedAt, head })],
        ...given.map(([number, text]) => [minuteKey(session, number), text] as const),
      ],
    });
    this.#sessions.set(session, { entry, head, minutes: new Map([...(isAnew ? [] : before), ...given]) });
  }

  remove(sessions: readonly string[]): void {
    const gone = sessions.flatMap((session) => {
      const minutes = this.#sessions.get(session)?.minutes ?? [];
      return [measured + session, ...[...minutes].map(([number]) => minuteKey(session, number))];
    });
    this.#write({ remove: gone });
    for (const session of sessions) this.#sessions.delete(session);
  }

  clear(): void {
    this.remove([...this.#sessions.keys()]);
  }

  #write(written: RowsWritten): void {
    this.#rows.write(written).catch(this.#failed);
  }
}

function minuteKey(session: string, number: number): string {
  return `${minute}${session} ${number}`;
}
