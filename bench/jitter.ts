import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Command, parse, wholeNumber } from "./command.ts";
import type { Contestant } from "./load/contestant.ts";
import { clock } from "./load/mark.ts";
import { requireOpenFiles } from "./load/open-files.ts";
import { circumstances, fixed, printCircumstances, table, verdict } from "./load/report.ts";
import { onStage, type Stage } from "./load/stage.ts";
import { measureStalled, printStalled, type Stalled } from "./load/stalled.ts";
import { startCaptionwire } from "./peers/captionwire.ts";
import { hasSocketIo, startBareObject, startSocketIo, startWs } from "./peers/peers.ts";

const help = `Usage: npm run bench -- jitter [options]

First: every viewer loses its connection every 15 s for 2 s, each at moments of its own, while
captions go on. How many finals a viewer misses, beside ws, which recovers nothing, and
Socket.IO with connection state recovery. Then: ten viewers that stop reading while much is
said, beside a bare Durable Object: how much memory that costs, and what the others notice.

  --viewers N         of the first part, and all others of the second (default 500)
  --seconds N         how long connections come and go (default 45)
  --stalled N         viewers that stop reading (default 10)
  --stalled-seconds N how long that goes on (default 40; 0 leaves the second part out)
  --quick             100 viewers, 20 s, 10 s
  --json FILE         write the results to FILE
  --help              this text

Socket.IO needs: npm ci --prefix bench
`;

export const command: Command = { summary: "viewers that come and go, and viewers that stall", help, run };

const churn = { everyMs: 15_000, awayMs: 2_000 } as const;
const rate = 4;
/** The newest finals may still be on their way when the count is taken. */
const settleMs = 2_000;

type Missing = {
  readonly name: string;
  readonly finals: number;
  readonly meanMissing: number;
  readonly worst: number;
  readonly incomplete: number;
};

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      viewers: { type: "string" },
      seconds: { type: "string" },
      stalled: { type: "string", default: "10" },
      "stalled-seconds": { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const { quick } = values;
  const count = wholeNumber("--viewers", values.viewers ?? (quick ? "100" : "500"), 1, 10_000);
  const seconds = wholeNumber("--seconds", values.seconds ?? (quick ? "20" : "45"), 5, 3_600);
  const stalledCount = wholeNumber("--stalled", values.stalled, 1, 100);
  const stalledSeconds = wholeNumber(
    "--stalled-seconds",
    values["stalled-seconds"] ?? (quick ? "10" : "40"),
    0,
    3_600,
  );
  requireOpenFiles(count);
  const where = circumstances();
  printCircumstances(where);
  return await onStage(async (stage) => {
    const ours = await stage.contestant(startCaptionwire(stage.provider));
    const missing = [await measureMissing(stage, ours, count, seconds)];
    missing.push(await measureMissing(stage, await stage.contestant(startWs(stage)), count, seconds));
    if (hasSocketIo()) {
      missing.push(await measureMissing(stage, await stage.contestant(startSocketIo(stage)), count, seconds));
    }
    printMissing(missing, count, seconds);
    const stalled: Stalled[] = [];
    if (stalledSeconds > 0) {
      const options = { others: Math.min(count, 100), stalled: stalledCount, seconds: stalledSeconds };
      const bare = await stage.contestant(startBareObject(stage));
      for (const contestant of [ours, bare]) stalled.push(await measureStalled(stage, contestant, options));
      printStalled(stalled, options);
    }
    process.stdout.write(`\nAims\n${verdict("finals missing, worst viewer", missing[0]?.worst ?? null, 0)}`);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ where, count, seconds, missing, stalled })}\n`);
    }
    return 0;
  });
}

async function measureMissing(
  { provider, ...stage }: Stage,
  contestant: Contestant,
  count: number,
  seconds: number,
): Promise<Missing> {
  const { name, target } = contestant;
  const viewers = await stage.viewers({ name, target });
  await viewers.connect(count);
  await provider.play({ rate, fromSentence: 0, repeat: 1 });
  await contestant.begin();
  await viewers.churn(churn.everyMs, churn.awayMs);
  await sleep(seconds * 1_000);
  await viewers.settle();
  const until = clock();
  await sleep(settleMs);
  const finals = (await provider.sent()).finals.filter((at) => at <= until);
  const { missing } = await viewers.missing(finals);
  await contestant.end();
  await viewers.stop();
  const result = {
    name,
    finals: finals.length,
    meanMissing: missing.reduce((sum, each) => sum + each, 0) / missing.length,
    worst: Math.max(...missing),
    incomplete: missing.filter((each) => each > 0).length,
  };
  process.stderr.write(`${JSON.stringify(result)}\n`);
  return result;
}

function printMissing(all: readonly Missing[], count: number, seconds: number): void {
  const title = `${count} viewers, each cut every 15 s for 2 s, during ${seconds} s`;
  const head = ["", "finals", "missing each", "missing %", "worst viewer", "viewers that miss some"];
  process.stdout.write(`\n${title}\n`);
  process.stdout.write(
    table([
      head,
      ...all.map(({ name, finals, meanMissing, worst, incomplete }) => [
        name,
        String(finals),
        fixed(meanMissing, 2),
        fixed((meanMissing / finals) * 100, 1),
        String(worst),
        `${incomplete} of ${count}`,
      ]),
    ]),
  );
}
