import { type ReportEntry, reportsMax } from "../../../shared/quality-report.ts";
import { Figures } from "./figures.ts";
import type { Guarded } from "./guarded.ts";
import { type MeasureStore, newestFirst } from "./store.ts";

/** What is kept of a session. `unread`: storage did not say; there may be something. */
export type Kept =
  | { readonly kind: "figures"; readonly figures: Figures }
  | { readonly kind: "none" }
  | { readonly kind: "unread" };

/** Where storage did not say what there is to expire, it is asked again after so long. */
const askAgainMs = 3_600_000;

/**
 * The figures of all sessions that are kept. Nothing but `clear` throws: what storage refuses is logged, and measured on in
 * memory.
 */
export class Archive {
  readonly #store: MeasureStore;
  readonly #guarded: Guarded;

  constructor(store: MeasureStore, guarded: Guarded) {
    this.#store = store;
    this.#guarded = guarded;
  }

  /** The newest first; `current` as it is now. */
  entries(current: Figures | null): readonly ReportEntry[] {
    const stored = this.#guarded(() => this.#store.entries()) ?? [];
    if (current === null) return stored;
    const entry = entryOf(current);
    return [entry, ...stored.filter(({ session }) => session !== entry.session)].sort(newestFirst);
  }

  /** Whether there is any; also where storage does not say. */
  get holdsAny(): boolean {
    return (this.#guarded(() => this.#store.entries()) ?? null)?.length !== 0;
  }

  /** What is not of today's shape is none. */
  read(session: string): Kept {
    const head = this.#guarded(() => this.#store.head(session));
    if (head === undefined) return { kind: "unread" };
    const load = () => this.#guarded(() => this.#store.minutes(session)) ?? null;
    const figures = head === null ? undefined : this.#guarded(() => Figures.restore(head, load));
    return figures === undefined ? { kind: "none" } : { kind: "figures", figures };
  }

  /** Tells whether it is in storage; if not, it is to be written again. */
  write(figures: Figures): boolean {
    const isStored = this.#guarded(() => {
      this.#store.write(entryOf(figures), figures.row());
      figures.stored();
      return true;
    });
    return isStored === true;
  }

  /** Throws when storage refuses: whoever asks for it must know. */
  clear(): void {
    this.#store.clear();
  }

  /** Makes room for a session, if it is another one. */
  trim(next: string): void {
    const others = this.entries(null).filter(({ session }) => session !== next);
    this.#remove(others.slice(reportsMax - 1));
  }

  /**
   * Deletes the reports of sessions that ended by then (epoch milliseconds), and tells when the next one did; `running` has
   * not ended. One of which the end could not be stored counts from its beginning.
   */
  expire(endedBy: number, running: string | null): number | null {
    const stored = this.#guarded(() => this.#store.entries());
    if (stored === undefined) return endedBy + askAgainMs;
    const ended = stored.filter(({ session }) => session !== running);
    const endOf = ({ startedAt, endedAt }: ReportEntry) => endedAt ?? startedAt;
    this.#remove(ended.filter((entry) => endOf(entry) <= endedBy));
    const rest = ended.map(endOf).filter((at) => at > endedBy);
    return rest.length === 0 ? null : Math.min(...rest);
  }

  #remove(entries: readonly ReportEntry[]): void {
    if (entries.length === 0) return;
    this.#guarded(() => this.#store.remove(entries.map(({ session }) => session)));
  }
}

function entryOf({ session: { id, startedAt, endedAt } }: Figures): ReportEntry {
  return { session: id, startedAt, endedAt };
}
