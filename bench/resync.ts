import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { subscribe } from "../client/index.ts";
import { percentile } from "../shared/percentile.ts";
import { eventually } from "../testing/wait.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import type { Contestant } from "./load/contestant.ts";
import { fingerprint } from "./load/fingerprint.ts";
import { requireOpenFiles } from "./load/open-files.ts";
import { cpuMs } from "./load/proc.ts";
import { circumstances, fixed, printCircumstances, table, verdict } from "./load/report.ts";
import { onStage } from "./load/stage.ts";
import type { Viewers } from "./load/viewers.ts";
import { startCaptionwire } from "./peers/captionwire.ts";
import { startBareObject } from "./peers/peers.ts";

const help = `Usage: npm run bench -- resync [options]

Every viewer is cut at once, and all come back in one moment while captions go on: how long
until each of them has what it missed, beside the time that a bare Durable Object takes only
to accept as many sockets. Real viewers spread their return over the window that the room
tells them; here nobody waits.

  --viewers N      default 2000
  --runs N         times that all are cut; medians are printed (default 3)
  --away N         seconds until they come back (default 5)
  --quick          200 viewers, one run
  --json FILE      write every run to FILE
  --help           this text

At the end every viewer's captions are compared with those of one that was never cut.
`;

export const command: Command = { summary: "all viewers cut at once and back", help, run };

/** As often as the embedded engine shows interims. */
const rate = 4;

type Return = { readonly name: string; readonly ms: number; readonly cpuMs: number };

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      viewers: { type: "string" },
      runs: { type: "string" },
      away: { type: "string", default: "5" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const count = wholeNumber("--viewers", values.viewers ?? (values.quick ? "200" : "2000"), 1, 10_000);
  const runs = wholeNumber("--runs", values.runs ?? (values.quick ? "1" : "3"), 1, 50);
  const awayMs = wholeNumber("--away", values.away, 1, 600) * 1_000;
  requireOpenFiles(count);
  const where = circumstances();
  printCircumstances(where);
  return await onStage(async (stage) => {
    const ours = await stage.contestant(startCaptionwire(stage.provider));
    const bare = await stage.contestant(startBareObject(stage));
    const viewers = await stage.viewers({ name: ours.name, target: ours.target, keepsCaptions: true });
    const others = await stage.viewers({ name: bare.name, target: bare.target });
    const { stack, room } = ours;
    const witness = subscribe({
      url: stack.url,
      room,
      token: () => stack.token({ scopes: ["captions:view"], room }),
    });
    const returns: Return[] = [];
    try {
      await viewers.connect(count);
      await others.connect(count);
      await stage.provider.play({ rate, fromSentence: 0, repeat: 1 });
      await ours.begin();
      for (let index = 0; index < runs; index++) {
        returns.push(await cutAndReturn(ours, viewers, awayMs), await cutAndReturn(bare, others, awayMs));
        process.stderr.write(`${index + 1} of ${runs}: ${JSON.stringify(returns.slice(-2))}\n`);
      }
      await ours.end();
      const { exact, strays } = await compare(viewers, () => fingerprint(witness.captions), count);
      const versions = witness.captions.position?.version ?? 0;
      print(returns, { count, exact, strays, versions });
      if (values.json !== undefined) {
        writeFileSync(values.json, `${JSON.stringify({ where, count, awayMs, returns, exact, strays })}\n`);
      }
      return exact === count ? 0 : 1;
    } finally {
      witness.close();
    }
  });
}

async function cutAndReturn({ name, pids }: Contestant, viewers: Viewers, awayMs: number): Promise<Return> {
  await viewers.cut();
  await sleep(awayMs);
  const before = cpuMs(pids());
  const { ms } = await viewers.returnAll();
  return { name, ms, cpuMs: cpuMs(pids()) - before };
}

/** How many viewers hold what the witness holds; the last frames may still be on their way. */
async function compare(viewers: Viewers, expected: () => string, count: number) {
  const look = async () => {
    const { held, strays } = await viewers.captions();
    return { exact: held.find(([hash]) => hash === expected())?.[1] ?? 0, strays };
  };
  await eventually("all viewers are exact", look, ({ exact }) => exact === count, 10_000).catch(() => {});
  return await look();
}

type Outcome = {
  readonly count: number;
  readonly exact: number;
  readonly strays: number;
  readonly versions: number;
};

function print(returns: readonly Return[], { count, exact, strays, versions }: Outcome): void {
  const names = [...new Set(returns.map(({ name }) => name))];
  const rows = names.map((name) => {
    const own = returns.filter((each) => each.name === name);
    const times = own.map(({ ms }) => ms);
    const cpuUs = own.map((each) => (each.cpuMs * 1_000) / count);
    return { name, ms: percentile(times, 0.5), worst: Math.max(...times), cpuUs: percentile(cpuUs, 0.5) };
  });
  const what = (name: string) => (name === "Captionwire" ? "all have what they missed" : "all accepted");
  const head = ["", "median ms", "worst ms", "CPU µs/viewer"];
  process.stdout.write(`\n${count} viewers cut at once and back (${returns.length / 2} times)\n`);
  process.stdout.write(
    table([
      head,
      ...rows.map((row) => [
        `${row.name}: ${what(row.name)}`,
        fixed(row.ms),
        fixed(row.worst),
        fixed(row.cpuUs),
      ]),
    ]),
  );
  const [own, other] = rows.map(({ ms }) => ms);
  const ratio = typeof own === "number" && typeof other === "number" ? own / other : null;
  process.stdout.write(
    `  exact at version ${versions}: ${exact} of ${count}; frames out of order: ${strays}\n`,
  );
  process.stdout.write(`\nAims\n${verdict("time ÷ bare object", ratio, 1.5)}`);
  process.stdout.write(verdict("viewers that are not exact", count - exact, 0));
}
