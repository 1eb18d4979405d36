import { type ReportEntry, reportsMax } from "../../../shared/quality-report.ts";
import type { Ports } from "../ports.ts";
import { Figures } from "./figures.ts";
import { type MeasureStore, newestFirst } from "./store.ts";

/**
 * The figures of all sessions that are kept. None of it throws: what storage refuses is logged, and measured on in memory.
 */
export class Archive {
  readonly #store: MeasureStore;
  readonly #log: Ports["log"];

  constructor(store: MeasureStore, log: Ports["log"]) {
    this.#store = store;
    this.#log = log;
  }

  /** The newest first; `current` as it is now. */
  entries(current: Figures | null): readonly ReportEntry[] {
    const stored = this.#guarded(() => this.#store.entries()) ?? [];
    if (current === null) return stored;
    const entry = entryOf(current);
    return [entry, ...stored.filter(({ session }) => session !== entry.session)].sort(newestFirst);
  }

  read(session: string): Figures | null {
    const row = this.#guarded(() => this.#store.read(session)) ?? null;
    return row === null ? null : (this.#guarded(() => Figures.restore(row)) ?? null);
  }

  write(figures: Figures): void {
    this.#guarded(() => this.#store.write(entryOf(figures), figures.row()));
  }

  clear(): void {
    this.#guarded(() => this.#store.clear());
  }

  /** Makes room for another session. */
  trim(): void {
    this.#remove(this.entries(null).slice(reportsMax - 1));
  }

  /**
   * Deletes the reports of sessions that ended by then (epoch milliseconds), and tells when the next one did; `running` has
   * not ended. One of which the end could not be stored counts from its beginning.
   */
  expire(endedBy: number, running: string | null): number | null {
    const ended = this.entries(null).filter(({ session }) => session !== running);
    const endOf = ({ startedAt, endedAt }: ReportEntry) => endedAt ?? startedAt;
    this.#remove(ended.filter((entry) => endOf(entry) <= endedBy));
    const rest = ended.map(endOf).filter((at) => at > endedBy);
    return rest.length === 0 ? null : Math.min(...rest);
  }

  #remove(entries: readonly ReportEntry[]): void {
    if (entries.length === 0) return;
    this.#guarded(() => this.#store.remove(entries.map(({ session }) => session)));
  }

  #guarded<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#log("measures_failed", { error: error instanceof Error ? error.name : "unknown" });
      return undefined;
    }
  }
}

function entryOf({ session: { id, startedAt, endedAt } }: Figures): ReportEntry {
  return { session: id, startedAt, endedAt };
}
