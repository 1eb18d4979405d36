import { readFileSync } from "node:fs";
import * as v from "valibot";
import { within } from "../../../testing/wait.ts";
import { playCases, type Sample } from "../play-cases.ts";
import { describeCase, type FuzzCase } from "./case.ts";
import { anyCase } from "./cases.ts";
import { playRaw, playRequest } from "./request-play.ts";
import { playSocket } from "./socket-play.ts";

export type FuzzOptions = Sample & {
  readonly engineUrl: string;
  /** For its memory, where the system tells it. */
  readonly enginePid: number;
  readonly onProgress?: (done: number) => void;
};

export type FuzzReport = {
  readonly played: number;
  /** How many cases went which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
  /** Memory after a tenth of the cases and at the end, in megabytes; null where the system does not tell. */
  readonly memoryMb: { readonly warm: number; readonly end: number } | null;
  /** The longest the engine took to answer a health check in between. */
  readonly slowestHealthMs: number;
};

export type Failure = { readonly index: number; readonly problem: string; readonly replay: string };

const inFlight = 6;

export async function runFuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { engineUrl, seed, cases: count } = options;
  const failures: Failure[] = [];
  let warmMb: number | null = null;

  const health = watchHealth(engineUrl);
  const { played, outcomes } = await playCases(anyCase, options, {
    inFlight,
    play: (one) => play(engineUrl, one),
    handleFailure(error, one, index) {
      const replay = `--seed ${seed} --only ${index}   ${describeCase(one)}`;
      failures.push({ index, problem: messageOf(error), replay });
    },
    handlePlayed(played) {
      if (played === Math.ceil(count / 10)) warmMb = residentMb(options.enginePid);
      options.onProgress?.(played);
    },
  });
  const slowestHealthMs = await health.stop();
  await socketsAreGone(engineUrl);
  const endMb = residentMb(options.enginePid);
  return {
    played,
    outcomes,
    failures,
    memoryMb: warmMb === null || endMb === null ? null : { warm: warmMb, end: endMb },
    slowestHealthMs,
  };
}

function play(engineUrl: string, one: FuzzCase): Promise<string> {
  switch (one.kind) {
    case "socket":
      return playSocket(engineUrl, one);
    case "request":
      return playRequest(engineUrl, one);
    case "raw":
      return playRaw(engineUrl, one);
  }
}

/** `fetch` tells in the cause what went wrong. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

function watchHealth(engineUrl: string): { stop(): Promise<number> } {
  let slowest = 0;
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const asked = performance.now();
      await fetch(`${engineUrl}/healthz`, { signal: AbortSignal.timeout(30_000) }).then((answer) =>
        answer.text(),
      );
      slowest = Math.max(slowest, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  })();
  watching.catch(() => {});
  return {
    async stop() {
      stopped = true;
      await watching;
      return slowest;
    },
  };
}

const statsSchema = v.object({ listenSockets: v.number() });

/** Whoever left, in whatever way, is not kept. */
async function socketsAreGone(engineUrl: string): Promise<void> {
  const look = async (): Promise<void> => {
    for (;;) {
      const stats: unknown = await (await fetch(`${engineUrl}/engine/stats`)).json();
      if (v.parse(statsSchema, stats).listenSockets === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await within("the engine lets go of every socket", look(), 30_000);
}

function residentMb(pid: number): number | null {
  try {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}
