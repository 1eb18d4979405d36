import { spreadOf } from "../../../shared/percentile.ts";
import type { Spread } from "../../../shared/stats.ts";
import { type Phase, phases, type Sample, timesOf } from "./sample.ts";

export type Counts = {
  readonly iterations: number;
  readonly success: number;
  readonly refused: number;
  readonly failed: number;
};

/** What all samples together say. */
export type Summary = Counts & {
  /** How often each phase failed, and with what the last time. */
  readonly failures: Partial<Record<Phase, { readonly count: number; readonly error: string }>>;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Milliseconds; null where nothing was measured. Of refused ones too: their answer takes the same way. */
  readonly times: Readonly<Record<Phase | "total", Spread | null>>;
};

/** Collects samples, keeping some numbers of each. */
export function createTally(): { add(sample: Sample): void; counts(): Counts; summary(): Summary } {
  const times: Record<Phase | "total", number[]> = { dns: [], tcp: [], tls: [], answer: [], total: [] };
  const counts = { success: 0, refused: 0, failed: 0 };
  const failures: { -readonly [phase in Phase]?: Summary["failures"][phase] } = {};
  const statuses: Record<string, number> = {};
  const countsNow = (): Counts => ({
    iterations: counts.success + counts.refused + counts.failed,
    ...counts,
  });
  return {
    add(sample) {
      counts[sample.status] += 1;
      const { phase, error = "" } = sample;
      if (phase !== undefined) failures[phase] = { count: (failures[phase]?.count ?? 0) + 1, error };
      const status = (sample.websocket ?? sample.http)?.http_status;
      if (status !== undefined) statuses[status] = (statuses[status] ?? 0) + 1;
      const of = timesOf(sample);
      for (const part of [...phases, "total"] as const) {
        const ms = of[part];
        if (ms !== undefined) times[part].push(ms);
      }
    },
    counts: countsNow,
    summary: () => ({
      ...countsNow(),
      failures: { ...failures },
      statuses: { ...statuses },
      times: {
        dns: spreadOf(times.dns),
        tcp: spreadOf(times.tcp),
        tls: spreadOf(times.tls),
        answer: spreadOf(times.answer),
        total: spreadOf(times.total),
      },
    }),
  };
}
