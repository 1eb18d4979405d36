import type { Captions, Interim, Segment } from "../../client/index.ts";
import { percentile } from "../../shared/percentile.ts";

/**
 * How far captions are behind the sound. At the moment an interim arrives, its latency is X − Y: X is the audio published so
 * far, Y the end of what the interim covers. The lag of a final is measured likewise, and is longer by nature: a final waits
 * for the end of what is said.
 */
export type Lag = { readonly kind: "interim" | "final"; readonly atMs: number; readonly ms: number };

export const windowMs = 180_000;

export type LatencyWatch = {
  /**
   * Captions as they arrived.
   *
   * @param session the one that is being published
   * @param publishedMs of its audio, until now
   * @param nowMs on any clock that goes on evenly
   */
  heard(captions: Captions, session: string, publishedMs: number, nowMs: number): void;
  /** Of the last minutes, the oldest first. */
  lags(nowMs: number): readonly Lag[];
};

export function createLatencyWatch(): LatencyWatch {
  let lags: readonly Lag[] = [];
  let session: string | null = null;
  let interim: Interim | null = null;
  /** As they were told last, and which of them are of the session. */
  let segments: readonly Segment[] = [];
  let finals: ReadonlySet<string> = new Set();

  function add(kind: Lag["kind"], endMs: number, publishedMs: number, nowMs: number): void {
    lags = [...lags, { kind, atMs: nowMs, ms: Math.max(0, publishedMs - endMs) }];
  }

  return {
    heard(captions, ours, publishedMs, nowMs) {
      if (ours !== session) {
        segments = [];
        finals = new Set();
        interim = null;
        session = ours;
      }
      if (captions.session?.id !== ours) return;
      // Interims come several times a second, and leave them as they are.
      if (captions.segments !== segments) {
        segments = captions.segments;
        const before = finals;
        const own = segments.filter(({ session }) => session === ours);
        finals = new Set(own.map(({ id }) => id));
        for (const { id, kind, end, edited } of own) {
          // A gap is no caption, and what an operator wrote was not recognised just now.
          if (!before.has(id) && kind === "speech" && edited !== true) add("final", end, publishedMs, nowMs);
        }
      }
      const next = captions.interim;
      const isNew = next !== null && (next.end !== interim?.end || next.text !== interim.text);
      if (isNew && next.text !== "") add("interim", next.end, publishedMs, nowMs);
      interim = next;
    },
    lags(nowMs) {
      lags = lags.filter(({ atMs }) => nowMs - atMs <= windowMs);
      return lags;
    },
  };
}

/** Both kinds in a sentence each. */
export function latencyInWords(lags: readonly Lag[]): string {
  const interims = lags.filter(({ kind }) => kind === "interim");
  const finals = lags.filter(({ kind }) => kind === "final");
  if (lags.length === 0) return "Nothing measured yet.";
  return [
    inWords("Words are seen", interims, "after they are said"),
    inWords("They are final", finals, "after their end"),
  ].join(" ");
}

function inWords(what: string, lags: readonly Lag[], when: string): string {
  const times = lags.map(({ ms }) => ms);
  const median = percentile(times, 0.5);
  const p95 = percentile(times, 0.95);
  if (median === null || p95 === null) return `${what}: nothing measured yet.`;
  return `${what} ${seconds(median)} ${when} (median; 95 % within ${seconds(p95)}).`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
