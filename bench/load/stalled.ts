import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./contestant.ts";
import { merge, quantile } from "./histogram.ts";
import { residentBytes } from "./proc.ts";
import { fixed, table } from "./report.ts";
import type { Stage } from "./stage.ts";

export type StalledOptions = {
  /** Viewers that go on reading. */
  readonly others: number;
  readonly stalled: number;
  readonly seconds: number;
};

export type Stalled = {
  readonly name: string;
  /** Of the server, before and at its worst. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
  /** What each of the others was sent. */
  readonly bytesEach: number;
  /** Of finals and first interims to the others. */
  readonly p50: number | null;
  readonly p99: number | null;
};

/** A provider that says much, so that what the system itself buffers for a connection is soon full: about 1 MB a second. */
const torrent = { rate: 50, fromSentence: 0, repeat: 30 } as const;
const lookEveryMs = 250;
const warmUpMs = 3_000;

/** Viewers that keep their connections and read no more: what that costs, and what the others notice. */
export async function measureStalled(
  stage: Stage,
  contestant: Contestant,
  { others, stalled, seconds }: StalledOptions,
): Promise<Stalled> {
  const { name, target } = contestant;
  const viewers = await stage.viewers({ name: `${name} stalled`, target });
  await viewers.connect(others + stalled);
  await stage.provider.play(torrent);
  await contestant.begin();
  await sleep(warmUpMs);
  const beforeBytes = residentBytes(contestant.pids());
  let peakBytes = beforeBytes;
  await viewers.stall(stalled);
  await viewers.take();
  for (const began = performance.now(); performance.now() - began < seconds * 1_000; ) {
    await sleep(lookEveryMs);
    peakBytes = Math.max(peakBytes, residentBytes(contestant.pids()));
  }
  const { f, i, bytes } = await viewers.take();
  await stage.provider.hush();
  await contestant.end();
  await viewers.stop();
  const prompt = merge([f, i]);
  const result = {
    name,
    beforeBytes,
    peakBytes,
    bytesEach: bytes / others,
    p50: quantile(prompt, 0.5),
    p99: quantile(prompt, 0.99),
  };
  process.stderr.write(`${JSON.stringify(result)}\n`);
  return result;
}

export function printStalled(all: readonly Stalled[], { others, stalled, seconds }: StalledOptions): void {
  const title = `${stalled} viewers stop reading for ${seconds} s, ${others} others go on; the provider says about 1 MB a second`;
  const mb = (bytes: number): string => fixed(bytes / 1e6);
  process.stdout.write(`\n${title}\n`);
  process.stdout.write(
    table([
      ["", "MB before", "MB peak", "MB more", "MB to each other", "finals, first: p50", "p99"],
      ...all.map(({ name, beforeBytes, peakBytes, bytesEach, p50, p99 }) => [
        name,
        mb(beforeBytes),
        mb(peakBytes),
        mb(peakBytes - beforeBytes),
        fixed(bytesEach / 1e6, 1),
        fixed(p50, 1),
        fixed(p99, 1),
      ]),
    ]),
  );
}
