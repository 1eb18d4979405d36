import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../cli/errors.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import type { Contestant } from "./load/contestant.ts";
import { printFanout } from "./load/fanout-report.ts";
import { measuring } from "./load/measuring.ts";
import { requireOpenFiles } from "./load/open-files.ts";
import { cpuMs, residentBytes } from "./load/proc.ts";
import type { ScriptedProvider } from "./load/provider.ts";
import { circumstances, fixed, printCircumstances } from "./load/report.ts";
import { onStage, type Stage } from "./load/stage.ts";
import type { Viewers } from "./load/viewers.ts";
import type { Memory, Window } from "./load/window.ts";
import { startCaptionwire } from "./peers/captionwire.ts";
import {
  findNchan,
  hasSocketIo,
  startBareObject,
  startNchan,
  startSocketIo,
  startWs,
} from "./peers/peers.ts";

const help = `Usage: npm run bench -- fanout [options]

What it costs to show one room's captions to many viewers, beside others that hand the same
provider messages on as they are: a bare Durable Object, ws, Socket.IO, and Nchan when nginx
with libnginx-mod-nchan is installed (or named by NGINX_BINARY and NCHAN_MODULE). All in one run,
on 127.0.0.1, in turns, the same sentences for all in each turn.

  --viewers LIST   default 1000,3000
  --rates LIST     interims a second, default 1,10
  --runs N         windows of each kind; medians are printed (default 3)
  --seconds N      length of a window (default 6), after 1.5 s of warming up
  --quick          200 viewers, one window of 4 s
  --json FILE      write every window to FILE
  --help           this text

  CPU       µs of the server's processes for each viewer and second of speech
  bytes     received by each viewer in a second of speech
  p50 …     from the provider's sending of a message to a viewer's receipt, milliseconds;
            for Captionwire of finals and first interims, and of later interims, which it
            paces, apart
  memory    of the server's processes for each viewer, kB, beyond what it held before

  measuring CPU that a room's measuring of itself takes, the same calls in the same order, alone in
            a process, as a share of what the window's server used; optimised by V8, and (the aim)
            interpreted, as what seldom runs is

Captionwire also hears the publisher's audio and passes it on to the provider; the others
hear none. Socket.IO needs: npm ci --prefix bench
`;

export const command: Command = {
  summary: "CPU, bytes, delay and memory of fan-out, beside others",
  help,
  run,
};

const warmUpMs = 1_500;
/** A server that uses less of one core than this has nothing left to do. */
const quietShare = 0.1;
const quietLookMs = 200;
const quietWithinMs = 10_000;

/** What one contestant did in one window. */
export type Seat = {
  readonly contestant: Contestant;
  readonly viewers: Viewers;
  readonly emptyBytes: number;
};

type Options = {
  readonly viewers: readonly number[];
  readonly rates: readonly number[];
  readonly runs: number;
  readonly seconds: number;
};

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      viewers: { type: "string" },
      rates: { type: "string", default: "1,10" },
      runs: { type: "string" },
      seconds: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const options: Options = {
    viewers: numbers("--viewers", values.viewers ?? (values.quick ? "200" : "1000,3000"), 10_000),
    rates: numbers("--rates", values.rates, 100),
    runs: wholeNumber("--runs", values.runs ?? (values.quick ? "1" : "3"), 1, 20),
    seconds: wholeNumber("--seconds", values.seconds ?? (values.quick ? "4" : "6"), 2, 120),
  };
  requireOpenFiles(Math.max(...options.viewers));
  const where = circumstances();
  printCircumstances(where);
  return await onStage(async (stage) => {
    const seats: Seat[] = [];
    for (const contestant of await startAll(stage)) {
      const { name, target } = contestant;
      const emptyBytes = residentBytes(contestant.pids());
      seats.push({ contestant, viewers: await stage.viewers({ name, target }), emptyBytes });
    }
    const windows: Window[] = [];
    const memory: Memory[] = [];
    for (const viewers of options.viewers.toSorted((a, b) => a - b)) {
      for (const { contestant, viewers: own } of seats) {
        const { ms } = await own.connect(viewers);
        process.stderr.write(`${contestant.name}: ${viewers} viewers after ${fixed(ms)} ms\n`);
      }
      windows.push(...(await inTurns(seats, stage.provider, viewers, options)));
      memory.push(...seats.map((seat) => memoryOf(seat, viewers)));
    }
    const costs = options.rates.flatMap((rate) => options.viewers.map((viewers) => measuring(rate, viewers)));
    printFanout(windows, memory, costs);
    if (values.json !== undefined) {
      writeFileSync(
        values.json,
        `${JSON.stringify({ where, options, windows, memory, measuring: costs })}\n`,
      );
    }
    return 0;
  });
}

async function startAll(stage: Stage): Promise<Contestant[]> {
  const contestants: Contestant[] = [await stage.contestant(startCaptionwire(stage.provider))];
  contestants.push(await stage.contestant(startBareObject(stage)));
  contestants.push(await stage.contestant(startWs(stage)));
  if (hasSocketIo()) contestants.push(await stage.contestant(startSocketIo(stage)));
  const nchan = findNchan();
  if (nchan !== null) contestants.push(await stage.contestant(startNchan(stage, nchan)));
  return contestants;
}

/** Each run begins with another contestant: what drifts on the machine meets all of them. */
async function inTurns(
  seats: readonly Seat[],
  provider: ScriptedProvider,
  viewers: number,
  { rates, runs, seconds }: Options,
): Promise<Window[]> {
  const windows: Window[] = [];
  for (let index = 0; index < runs; index++) {
    for (const rate of rates) {
      for (const seat of [...seats.slice(index % seats.length), ...seats.slice(0, index % seats.length)]) {
        await provider.play({ rate, fromSentence: index, repeat: 1 });
        const window = await measure(seat, provider, { viewers, rate, seconds });
        windows.push(window);
        const µs = (window.cpuMs * 1_000) / viewers / window.seconds;
        process.stderr.write(
          `${viewers} viewers, ${rate}/s, ${index + 1} of ${runs}: ${window.name} ${µs.toFixed(1)} µs\n`,
        );
      }
    }
  }
  return windows;
}

async function measure(
  { contestant, viewers }: Seat,
  provider: ScriptedProvider,
  { viewers: count, rate, seconds }: Pick<Window, "viewers" | "rate" | "seconds">,
): Promise<Window> {
  const { name } = contestant;
  const pids = contestant.pids();
  await contestant.begin();
  try {
    await sleep(warmUpMs);
    await viewers.take();
    const sentBefore = (await provider.sent()).messages;
    const began = performance.now();
    const before = cpuMs(pids);
    await sleep(seconds * 1_000);
    const used = cpuMs(pids) - before;
    const tookSeconds = (performance.now() - began) / 1_000;
    const sent = (await provider.sent()).messages - sentBefore;
    const { samples: _, ...taken } = await viewers.take();
    if (taken.open !== count || taken.lost > 0) {
      throw new Error(`${name} lost ${count - taken.open} of ${count} viewers.`);
    }
    return { name, viewers: count, rate, seconds: tookSeconds, cpuMs: used, sent, taken };
  } finally {
    await provider.hush();
    await contestant.end();
    await quiet(pids);
  }
}

/** Whoever fell behind still works for a while, which would fall into the next one's window. */
async function quiet(pids: readonly number[]): Promise<void> {
  const deadline = performance.now() + quietWithinMs;
  for (let before = cpuMs(pids); performance.now() < deadline; ) {
    await sleep(quietLookMs);
    const now = cpuMs(pids);
    if (now - before < quietLookMs * quietShare) return;
    before = now;
  }
}

function memoryOf({ contestant, emptyBytes }: Seat, viewers: number): Memory {
  const bytes = residentBytes(contestant.pids()) - emptyBytes;
  return { name: contestant.name, viewers, bytesEach: bytes / viewers };
}

function numbers(option: string, list: string, max: number): number[] {
  const all = list.split(",").map((part) => wholeNumber(option, part, 1, max));
  if (all.length === 0) throw new UsageError(`${option} takes numbers with commas between them.`);
  return all;
}
