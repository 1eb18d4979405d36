// A flood from one address: so much a second and no more, for so long and no longer.
import { Agent } from "node:http";
import { constants, setPriority } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { announce, controlServer, readSettings } from "./control.ts";
import { type Aim, type FloodKind, floodKinds, floods } from "./flood-kinds.ts";

/** Under way at a time, of each kind: what is due beyond it is left out, and counted. */
const underWayMax = 64;
/** Evenly, as from many clients: what comes in one go would wait for itself. */
const tickMs = 2;
const endsWithinMs = 5_000;

// The attacker's machine is not the one that is measured: here it takes what the others leave.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const BeginSchema = v.object({
  url: v.string(),
  address: v.string(),
  room: v.string(),
  archive: v.string(),
  readerToken: v.string(),
  speakToken: v.string(),
  kinds: v.array(v.picklist(floodKinds)),
  /** Of each kind, times what `floods` says of it. */
  rate: v.number(),
  maxMs: v.number(),
});

await readSettings(v.object({}));
let current: { end(): Promise<object> } | null = null;

const server = controlServer({
  "/begin": (body) => {
    if (current !== null) throw new Error("A flood is running.");
    const { kinds, rate, maxMs, ...where } = v.parse(BeginSchema, body);
    const agent = new Agent({ keepAlive: true, maxSockets: underWayMax * kinds.length });
    current = startFlood({ ...where, agent }, kinds, rate, maxMs);
  },
  /** What it came to, of each kind: how often each outcome, and how much was left out. */
  "/end": async () => {
    const ending = current;
    current = null;
    return { kinds: (await ending?.end()) ?? {} };
  },
});
await announce(server);

function startFlood(aim: Aim, kinds: readonly FloodKind[], rate: number, maxMs: number) {
  const streams = kinds.map((kind) => ({ kind, ...startStream(aim, kind, rate) }));
  const stop = (): void => {
    for (const stream of streams) stream.stop();
  };
  const limit = setTimeout(stop, maxMs);
  return {
    async end() {
      clearTimeout(limit);
      stop();
      const patience = AbortSignal.timeout(endsWithinMs);
      while (streams.some(({ underWay }) => underWay() > 0) && !patience.aborted) await sleep(10);
      aim.agent.destroy();
      return Object.fromEntries(streams.map(({ kind, told }) => [kind, told()]));
    },
  };
}

function startStream(aim: Aim, kind: FloodKind, rate: number) {
  const { act, perThousand } = floods[kind];
  const perMs = (rate * perThousand) / 1_000_000;
  const outcomes = new Map<string, number>();
  const began = performance.now();
  let due = 0;
  let leftOut = 0;
  let underWay = 0;
  const clock = setInterval(() => {
    const now = Math.floor((performance.now() - began) * perMs);
    for (; due < now; due++) {
      if (underWay >= underWayMax) {
        leftOut += 1;
        continue;
      }
      underWay += 1;
      void act(aim).then((outcome) => {
        underWay -= 1;
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      });
    }
  }, tickMs);
  return {
    stop: () => clearInterval(clock),
    underWay: () => underWay,
    told: () => ({ outcomes: Object.fromEntries(outcomes), leftOut, unanswered: underWay }),
  };
}
