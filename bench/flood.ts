import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UsageError } from "../cli/errors.ts";
import type { Child } from "../cli/stack/child.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import { type FloodKind, floodKinds, floods } from "./load/flood-kinds.ts";
import { type Phase, type PhaseName, phaseNames, printFlood } from "./load/flood-report.ts";
import { Flooder, type FloodOrder } from "./load/flooder.ts";
import { type Histogram, Latencies, merge } from "./load/histogram.ts";
import { clock, clockToMs } from "./load/mark.ts";
import { requireOpenFiles } from "./load/open-files.ts";
import { cpuMs, named } from "./load/proc.ts";
import { circumstances, printCircumstances } from "./load/report.ts";
import { onStage } from "./load/stage.ts";
import type { Taken, Viewers } from "./load/viewers.ts";
import { type Captionwire, startCaptionwire } from "./peers/captionwire.ts";
import { startPeer } from "./peers/peers.ts";

const help = `Usage: npm run bench -- flood [options]

What a flood from one address costs the viewers of a room who do as they should: each caption's
way from the provider to each of them, while all is calm and while the flood runs, in turns.

Part of that is the machine's: the flood and its refusal take CPU from everybody. So in a third
phase the same flood goes to a bare Worker beside, which refuses everything at once, while the
room goes on as before.

  --kind KIND      one kind of flood; all at once by default
${floodKinds.map((kind) => `    ${kind.padEnd(12)}   ${floods[kind].what}\n`).join("")}  --rate N         of requests a second (default 1000, which is ten times what an address may); a fifth
                   as many upgrades, a fiftieth of the rest; of all kinds at once a sixth of each
  --viewers N      default 40
  --rounds N       of the three phases (default 5)
  --seconds N      of a phase (default 18: two periods of the limit less the time to settle)
  --unprotected    no limits for addresses nor tokens
  --quick          one round, viewers 20
  --json FILE      write every phase to FILE
  --help           this text

The aim: with the limits the viewers' p99 is at most 1.5 times what it is when all is calm.
`;

export const command: Command = { summary: "a flood from one address beside viewers", help, run };

/** As often as the embedded engine shows interims: further apart than a tick, so none is held back. */
const captionRate = 4;
const archive = "archive";
/** Of a transcript as long as that of a programme of two hours. */
const archiveMs = 40_000;
const archiveRepeat = 150;
const flooderAddress = "127.0.0.2";
/** Of FLOOD_RATE; the local runtime counts by the wall clock. */
const periodMs = 10_000;
const tokenSeconds = 2 * 60 * 60;
/** Over 10 s or a minute: nobody gets there. */
const unlimited = { FLOOD_RATE: 1e9, TOKEN_RATE: 1e9, SPEAK_RATE: 1e9 };

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      kind: { type: "string", default: "all" },
      rate: { type: "string", default: "1000" },
      viewers: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string", default: "18" },
      unprotected: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const kinds = kindsOf(values.kind);
  const rate = wholeNumber("--rate", values.rate, 1, 5_000) / kinds.length;
  const count = wholeNumber("--viewers", values.viewers ?? (values.quick ? "20" : "40"), 1, 1_000);
  const rounds = wholeNumber("--rounds", values.rounds ?? (values.quick ? "1" : "5"), 1, 50);
  const phaseMs = wholeNumber("--seconds", values.seconds, 5, 120) * 1_000;
  requireOpenFiles(count);
  const where = circumstances();
  printCircumstances(where);
  return await onStage(async (stage) => {
    const { provider, folder } = stage;
    const floodLimits = values.unprotected ? unlimited : "deployed";
    const ours = await stage.contestant(startCaptionwire(provider, floodLimits));
    const viewers = await stage.viewers({ name: ours.name, target: ours.target, keepsSamples: true });
    if (kinds.includes("readers")) {
      await provider.play({ rate: 1, fromSentence: 0, repeat: archiveRepeat });
      await ours.fill(archive, archiveMs);
    }
    const order = {
      address: flooderAddress,
      room: ours.room,
      archive,
      readerToken: await ours.stack.token({ scopes: ["captions:view"], ttl: tokenSeconds }),
      speakToken: await ours.stack.token({ scopes: ["speak"], ttl: tokenSeconds }),
      kinds,
      rate,
      maxMs: phaseMs + 5_000,
    };
    await viewers.connect(count);
    await provider.play({ rate: captionRate, fromSentence: 0, repeat: 1 });
    await ours.begin();
    const flooder = await Flooder.start(folder);
    const refusing = await startPeer("bare refusal", "bare", { script: "bare-refusal.mjs" }, stage);
    try {
      const scene = { viewers, flooder, order, phaseMs, ours, refusing };
      const phases: Phase[] = [];
      for (let round = 0; round < rounds; round++) {
        // Each of them comes after each other one, over the rounds.
        const names = round % 2 === 0 ? phaseNames : phaseNames.toReversed();
        for (const name of names) phases.push(await measure(name, scene));
        process.stderr.write(`${round + 1} of ${rounds}\n`);
      }
      printFlood(phases, { count, rounds, phaseMs, isProtected: !values.unprotected });
      if (values.json !== undefined) {
        writeFileSync(values.json, `${JSON.stringify({ where, kinds, rate, count, phaseMs, phases })}\n`);
      }
      await ours.end();
      return 0;
    } finally {
      await flooder.stop();
      await refusing.stop();
    }
  });
}

type Scene = {
  readonly viewers: Viewers;
  readonly flooder: Flooder;
  readonly order: Omit<FloodOrder, "url">;
  readonly phaseMs: number;
  readonly ours: Captionwire;
  readonly refusing: Child;
};

async function measure(name: PhaseName, scene: Scene): Promise<Phase> {
  const { viewers, flooder, order, phaseMs, ours, refusing } = scene;
  const urls = { calm: null, floor: refusing.url, flooded: ours.stack.url } as const;
  const url = urls[name];
  const pids = [ours.pids(), named(refusing.pid, "workerd"), [flooder.pid]];
  // Each has whole periods of the limit, and none inherits what the one before has left.
  await sleep(periodMs - (Date.now() % periodMs));
  await viewers.take();
  const before = pids.map(cpuMs);
  if (url !== null) await flooder.begin({ ...order, url });
  await sleep(phaseMs);
  const { f, i, n, samples, lost } = await viewers.take();
  const [room = 0, bare = 0, flood = 0] = pids.map((each, at) => (cpuMs(each) - (before[at] ?? 0)) / phaseMs);
  const flooded = url === null ? {} : await flooder.end();
  const load = { room, bare, flood };
  return { name, latencies: merge([f, i, n]), later: laterIn(samples), lost, load, flooded };
}

/** Of what came in the second half of a period of the limit: by then it has let through what it lets through. */
function laterIn(samples: Taken["samples"]): Histogram {
  const toWallMs = Date.now() - clockToMs(clock());
  const latencies = new Latencies();
  for (const [, at, ms] of samples) {
    if ((toWallMs + clockToMs(at)) % periodMs >= periodMs / 2) latencies.add(ms);
  }
  return latencies.take();
}

function kindsOf(kind: string): readonly FloodKind[] {
  if (kind === "all") return floodKinds;
  const known = floodKinds.find((each) => each === kind);
  if (known === undefined) throw new UsageError(`--kind is all or one of ${floodKinds.join(", ")}.`);
  return [known];
}
