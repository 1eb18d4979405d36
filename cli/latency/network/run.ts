import { setTimeout as sleep } from "node:timers/promises";
import { openOutFile } from "../../terminal/out-file.ts";
import type { Screen } from "../../terminal/screen.ts";
import { inMs, printSpreads } from "../table.ts";
import { type Lookup, lookUp, sampleConnection, type Target } from "./connect.ts";
import { diagnose } from "./diagnosis.ts";
import { type Sample, timesOf } from "./sample.ts";
import { type Counts, createTally, type Summary } from "./tally.ts";

export type NetworkOptions = {
  readonly target: Target;
  /** Whichever comes first; infinite for none. */
  readonly count: number;
  readonly durationMs: number;
  readonly delayMs: number;
  /** Ends after the sample that is under way was given up. */
  readonly signal: AbortSignal;
  onSample(sample: Sample, counts: Counts): void;
};

/** Opens one connection after the other. Resolves with what they say together. */
export async function measureNetwork(
  { target, count, durationMs, delayMs, signal, onSample }: NetworkOptions,
  lookup: Lookup = lookUp,
): Promise<Summary> {
  const tally = createTally();
  const began = performance.now();
  try {
    for (let iteration = 1; iteration <= count; iteration++) {
      if (iteration > 1) {
        if (performance.now() - began + delayMs >= durationMs) break;
        await sleep(delayMs, undefined, { signal });
      }
      const sample = await sampleConnection(target, iteration, lookup, signal);
      tally.add(sample);
      onSample(sample, tally.counts());
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return tally.summary();
}

type Output = {
  /** The samples as JSON lines, and nothing else, on standard output. */
  readonly json: boolean;
  /** A file for the same lines. */
  readonly out: string | undefined;
};

/** Measures, showing how it goes. The exit code: 1 where no connection was answered. */
export async function runNetwork(
  screen: Screen,
  options: Omit<NetworkOptions, "onSample">,
  { json, out }: Output,
): Promise<number> {
  const began = performance.now();
  const file = out === undefined ? null : openOutFile(out);
  if (!json) {
    // Whatever opens it may stand before the host or in the query.
    const { protocol, host, pathname } = options.target.url;
    screen.print(screen.style("bold", `${protocol}//${host}${pathname}`));
  }
  const summary = await measureNetwork({
    ...options,
    onSample(sample, counts) {
      const line = `${JSON.stringify(sample)}\n`;
      file?.write(line);
      if (json) process.stdout.write(line);
      else {
        const progress = progressOf(sample, counts, performance.now() - began);
        if (screen.interactive) screen.live([progress.slice(0, screen.columns - 1)]);
        else screen.print(progress);
      }
    },
  });
  if (!json) {
    screen.live([]);
    printSummary(screen, summary, options.target.url.protocol.startsWith("ws"));
  }
  return summary.success + summary.refused > 0 ? 0 : 1;
}

function progressOf(
  sample: Sample,
  { iterations, success, refused, failed }: Counts,
  elapsedMs: number,
): string {
  const { total } = timesOf(sample);
  const parts = [
    `#${iterations}`,
    `${success} answered`,
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(total === undefined ? [] : [`the last in ${inMs(total)} ms`]),
    `${(elapsedMs / 1000).toFixed(0)} s`,
  ];
  return parts.join(" · ");
}

function printSummary(screen: Screen, summary: Summary, isWebSocket: boolean): void {
  const { iterations, success, refused, failed, statuses, times } = summary;
  const answers = Object.entries(statuses).map(([status, times]) => `${times} × ${status}`);
  screen.print(
    [`${iterations} connections: ${success} answered`, `${refused} refused`, `${failed} failed`].join(", ") +
      (answers.length > 0 ? ` (${answers.join(", ")})` : ""),
  );
  printSpreads(screen, [
    ["DNS", times.dns],
    ["TCP", times.tcp],
    ["TLS", times.tls],
    [isWebSocket ? "WebSocket upgrade" : "first byte", times.answer],
    ["total", times.total],
  ]);
  for (const sentence of diagnose(summary)) screen.print(`  ${sentence}`);
}
