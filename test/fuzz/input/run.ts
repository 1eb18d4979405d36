import * as v from "valibot";
import { timing } from "../../../shared/limits.ts";
import { eventually, within } from "../../../testing/wait.ts";
import { playCases, type Sample } from "../play-cases.ts";
import { startBystander } from "./bystander.ts";
import { describeCase, type FuzzCase } from "./case.ts";
import { anyCase } from "./cases.ts";
import { LogWatch } from "./leaks.ts";
import { roomNames } from "./paths.ts";
import { playBytes, playRequest } from "./request-play.ts";
import type { Service } from "./service.ts";
import { playSocket } from "./socket-play.ts";

export type FuzzOptions = Sample & {
  readonly onProgress?: (done: number) => void;
};

export type FuzzReport = {
  readonly played: number;
  /** How many cases went which way. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly Failure[];
};

/** Of a line in the log, or of something at the end, all cases that it may come from. */
export type Failure = { readonly problem: string; readonly replay: string };

const inFlight = 16;
/** A case ends by itself long before: each of its waits has an end. */
const caseMs = 120_000;

export async function runFuzz(service: Service, options: FuzzOptions): Promise<FuzzReport> {
  const { seed, cases: count } = options;
  const failures: Failure[] = [];
  const bystander = await startBystander(service);
  const log = new LogWatch(service.logFile, service.secrets);
  const underWay = new Set<number>();

  const replayOf = (index: number, one: FuzzCase): string =>
    `--input-cases 1 --seed ${seed} --only ${index}   ${describeCase(one)}`;
  const readLog = (): void => {
    for (const problem of log.problems())
      failures.push({
        problem,
        replay: `--input-cases 1 --seed ${seed} --only one of ${[...underWay].join(", ")}`,
      });
  };
  const { played, outcomes } = await playCases(anyCase, options, {
    inFlight,
    play(one, index) {
      underWay.add(index);
      return within("the case ends", play(service, one, index), caseMs);
    },
    handleFailure(error, one, index) {
      const problem = error instanceof Error ? error.message : String(error);
      failures.push({ problem, replay: replayOf(index, one) });
    },
    handlePlayed(played, index) {
      readLog();
      underWay.delete(index);
      options.onProgress?.(played);
    },
  });
  const atTheEnd = (
    await Promise.all([bystander.judge(), health(service), stillThere(service, played)])
  ).flat();
  bystander.close();
  readLog();
  const replay = `--seed ${seed} --input-cases ${count}`;
  return {
    played,
    outcomes,
    failures: [...failures, ...atTheEnd.map((problem) => ({ problem, replay }))],
  };
}

function play(service: Service, one: FuzzCase, index: number): Promise<string> {
  switch (one.kind) {
    case "socket":
      return playSocket(service, one, index);
    case "request":
      return playRequest(service, one, index);
    case "bytes":
      return playBytes(service, one);
  }
}

const DescriptionSchema = v.object({ viewers: v.number() });
/** A reader of events that has left is noticed when the next heartbeat is written. */
const goneMs = 2 * timing.heartbeatMs + 10_000;
/**
 * Of a client that is gone a few milliseconds after its upgrade, workerd 1.20261023 tells the object, about once in 20,000
 * cases, neither a message nor the end.
 */
const casesForGhost = 5_000;

/** Whoever left, in whatever way, is not kept. */
async function stillThere({ url, inspector }: Service, played: number): Promise<string[]> {
  const ghostsMax = Math.ceil(played / casesForGhost);
  const viewersOf = async (room: string): Promise<number> => {
    const answer = await fetch(`${url}/v1/rooms/${room}`, {
      headers: { authorization: `Bearer ${inspector}` },
    });
    const json: unknown = await answer.json();
    return answer.status === 404 ? 0 : v.parse(DescriptionSchema, json).viewers;
  };
  const all = async (): Promise<number> => {
    const counts = await Promise.all(roomNames.map(viewersOf));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return eventually("the rooms let go of every viewer", all, (viewers) => viewers <= ghostsMax, goneMs).then(
    () => [],
    (error: unknown) => [String(error)],
  );
}

async function health({ url }: Service): Promise<string[]> {
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(10_000) });
  const text = await answer.text();
  return answer.status === 200 && text === '{"ok":true}' ? [] : [`/healthz answers ${answer.status} ${text}`];
}
