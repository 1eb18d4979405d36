import { percentile } from "../../shared/percentile.ts";
import { merge, quantile } from "./histogram.ts";
import type { Measuring } from "./measuring.ts";
import { fixed, table, verdict } from "./report.ts";
import type { Memory, Window } from "./window.ts";

const ours = "Captionwire";
const bare = "bare object";

type Row = {
  readonly name: string;
  readonly cpuUs: number;
  readonly spread: string;
  readonly bytes: number;
  readonly messages: number;
  readonly prompt: Delay;
  /** Later interims, which Captionwire paces. */
  readonly paced: Delay;
  readonly memoryBytes: number | null;
  /** In the worst window, the share of the provider's messages that arrived within it. */
  readonly delivered: number;
};
type Delay = readonly [p50: number | null, p95: number | null, p99: number | null];

export function printFanout(
  windows: readonly Window[],
  memory: readonly Memory[],
  measuring: readonly Measuring[],
): void {
  const kinds = new Map(windows.map(({ viewers, rate }) => [`${viewers}/${rate}`, { viewers, rate }]));
  const aims: string[] = [];
  for (const { viewers, rate } of [...kinds.values()].toSorted((a, b) => a.viewers - b.viewers)) {
    const here = windows.filter((window) => window.viewers === viewers && window.rate === rate);
    const rows = [...new Set(here.map(({ name }) => name))].map((name) =>
      rowOf(
        here.filter((window) => window.name === name),
        memory.find((each) => each.name === name && each.viewers === viewers),
      ),
    );
    process.stdout.write(`\n${viewers} viewers, ${rate} interim${rate === 1 ? "" : "s"} a second\n`);
    process.stdout.write(table(cellsOf(rows)));
    for (const { name, delivered } of rows.filter(fellBehind)) {
      const share = fixed(delivered * 100);
      process.stdout.write(
        `  ${name} fell behind: ${share} % came within the window, so it would need more CPU\n`,
      );
    }
    aims.push(...aimsOf(rows, viewers, rate));
    const measured = measuring.find((each) => each.rate === rate && each.viewers === viewers);
    if (measured !== undefined) aims.push(measuringOf(rows, measured));
  }
  if (aims.length > 0) process.stdout.write(`\nAims\n${aims.join("")}`);
}

function rowOf(windows: readonly Window[], memory: Memory | undefined): Row {
  const each = (pick: (window: Window) => number): number[] =>
    windows.map((window) => pick(window) / window.viewers / window.seconds);
  const cpu = each(({ cpuMs }) => cpuMs * 1_000);
  const taken = windows.map((window) => window.taken);
  return {
    name: windows[0]?.name ?? "",
    cpuUs: median(cpu),
    spread: `${Math.min(...cpu).toFixed(0)}…${Math.max(...cpu).toFixed(0)}`,
    bytes: median(each(({ taken }) => taken.bytes)),
    messages: median(each(({ taken }) => taken.messages)),
    prompt: delayOf(taken.flatMap(({ f, i }) => [f, i])),
    paced: delayOf(taken.map(({ n }) => n)),
    memoryBytes: memory?.bytesEach ?? null,
    delivered: Math.min(...windows.map(deliveredIn)),
  };
}

/** One message may be on its way at either end of the window. */
function deliveredIn({ taken, viewers, sent }: Window): number {
  return Math.min(1, (taken.messages / viewers + 1) / sent);
}

/** Captionwire joins messages on purpose; the others hand on each of them. */
function fellBehind({ name, delivered }: Row): boolean {
  return name !== ours && delivered < 0.97;
}

function delayOf(histograms: Parameters<typeof merge>[0]): Delay {
  const all = merge(histograms);
  return [quantile(all, 0.5), quantile(all, 0.95), quantile(all, 0.99)];
}

function median(values: readonly number[]): number {
  return percentile(values, 0.5) ?? Number.NaN;
}

function cellsOf(rows: readonly Row[]): string[][] {
  const own = rows.find(({ name }) => name === ours);
  const head = ["", "CPU µs", "spread", "ours ÷", "bytes/s", "frames/s"];
  const delays = ["finals, first: p50", "p95", "p99", "later: p50", "p95", "p99", "kB/viewer"];
  return [
    [...head, ...delays],
    ...rows.map((row) => [
      row.name,
      fixed(row.cpuUs, 1),
      row.spread,
      own === undefined ? "–" : fixed(own.cpuUs / row.cpuUs, 2),
      fixed(row.bytes),
      fixed(row.messages, 2),
      ...row.prompt.map((ms) => fixed(ms, 1)),
      ...row.paced.map((ms) => fixed(ms, 1)),
      fixed(row.memoryBytes === null ? null : row.memoryBytes / 1_000),
    ]),
  ];
}

/** Of all the CPU that the room's processes used in a second of speech. */
function measuringOf(rows: readonly Row[], { rate, viewers, optimisedUs, interpretedUs }: Measuring): string {
  const own = rows.find(({ name }) => name === ours);
  const roomUs = own === undefined ? null : own.cpuUs * viewers;
  const share = roomUs === null ? null : (interpretedUs / roomUs) * 100;
  process.stdout.write(
    `  measuring: ${fixed(optimisedUs)} (interpreted: ${fixed(interpretedUs)}) of ${fixed(roomUs)} µs of CPU a second\n`,
  );
  return verdict(`measuring, of the room's CPU at ${viewers} viewers and ${rate}/s`, share, 3, " %");
}

function aimsOf(rows: readonly Row[], viewers: number, rate: number): string[] {
  const cpu = (name: string): number | null => rows.find((row) => row.name === name)?.cpuUs ?? null;
  const share = (name: string): number | null => {
    const [own, other] = [cpu(ours), cpu(name)];
    return own === null || other === null ? null : own / other;
  };
  const at = `at ${viewers} viewers and ${rate}/s`;
  if (rate === 1) return [verdict(`CPU ÷ bare object ${at}`, share(bare), 1.1)];
  if (rate !== 10) return [];
  const peers = cpu("Socket.IO") === null ? [] : [verdict(`CPU ÷ Socket.IO ${at}`, share("Socket.IO"), 1)];
  return [verdict(`CPU ÷ bare object ${at}`, share(bare), 0.4), ...peers];
}
