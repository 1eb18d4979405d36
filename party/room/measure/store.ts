import type { Minute, ReportEntry } from "../../../shared/quality-report.ts";

/**
 * Where measures are kept. All of it answers at once, from memory or a synchronous database: figures are not worth a
 * wait. Reading and writing may throw; the room logs it, and captions go on.
 */
export type MeasureStore = {
  /** The newest first. */
  entries(): readonly ReportEntry[];
  /** `null`: of this session nothing is kept. */
  head(session: string): string | null;
  minutes(session: string): readonly Minute[];
  /** Replaces the session's head, and of its minutes those that are given; all of them where `isAnew`. */
  write(entry: ReportEntry, row: MeasureRow): void;
  remove(sessions: readonly string[]): void;
  clear(): void;
};

export type MeasureRow = {
  /** JSON, at most 128 KiB; see `figures.ts`. */
  readonly head: string;
  readonly minutes: readonly Minute[];
  /** The session is measured from its beginning: what was kept of it before goes. */
  readonly isAnew: boolean;
};

/** Keeps nothing beyond the life of the room's object. */
export function memoryMeasures(): MeasureStore {
  const rows = new Map<string, { readonly entry: ReportEntry; readonly row: Omit<MeasureRow, "isAnew"> }>();
  return {
    entries: () => [...rows.values()].map(({ entry }) => entry).sort(newestFirst),
    head: (session) => rows.get(session)?.row.head ?? null,
    minutes: (session) => rows.get(session)?.row.minutes ?? [],
    write(entry, { head, minutes, isAnew }) {
      const before = isAnew ? [] : (rows.get(entry.session)?.row.minutes ?? []);
      const kept = before.filter(({ minute }) => !minutes.some((other) => other.minute === minute));
      rows.set(entry.session, { entry, row: { head, minutes: [...kept, ...minutes] } });
    },
    remove(sessions) {
      for (const session of sessions) rows.delete(session);
    },
    clear: () => rows.clear(),
  };
}

/** Ids of sessions sort by the time at which they began. */
export function newestFirst(a: ReportEntry, b: ReportEntry): number {
  return a.session < b.session ? 1 : a.session > b.session ? -1 : 0;
}
