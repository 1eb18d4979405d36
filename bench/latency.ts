import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "../shared/percentile.ts";
import { type Command, parse, wholeNumber } from "./command.ts";
import type { MarkKind } from "./load/mark.ts";
import { requireOpenFiles } from "./load/open-files.ts";
import { circumstances, fixed, printCircumstances, table, verdict } from "./load/report.ts";
import { onStage } from "./load/stage.ts";
import type { Taken } from "./load/viewers.ts";
import { startCaptionwire } from "./peers/captionwire.ts";

const help = `Usage: npm run bench -- latency [options]

What a room adds to the provider's own delay: each message's way from the provider to each
viewer, less its way to a direct socket that hears the same provider at the same moment.

  --viewers N     default 100
  --seconds N     default 90
  --rate N        interims a second (default 4, about what the embedded engine shows)
  --quick         15 s
  --json FILE     write the results to FILE
  --help          this text

Later interims are paced, on purpose, and stand apart. Those that a newer one overtook while
they were held back are never sent, and do not count.
`;

export const command: Command = { summary: "what a room adds to the provider's delay", help, run };

const warmUpMs = 2_000;
const kinds: readonly { readonly name: string; readonly kinds: readonly MarkKind[] }[] = [
  { name: "finals", kinds: ["f"] },
  { name: "first interims", kinds: ["i"] },
  { name: "finals and first interims", kinds: ["f", "i"] },
  { name: "later interims (paced)", kinds: ["n"] },
];

type Row = {
  readonly name: string;
  readonly messages: number;
  readonly direct: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
};

async function run(args: string[]): Promise<number> {
  const { values } = parse({
    args,
    options: {
      viewers: { type: "string", default: "100" },
      seconds: { type: "string" },
      rate: { type: "string", default: "4" },
      quick: { type: "boolean", default: false },
      json: { type: "string" },
    },
  });
  const count = wholeNumber("--viewers", values.viewers, 1, 5_000);
  const seconds = wholeNumber("--seconds", values.seconds ?? (values.quick ? "15" : "90"), 5, 3_600);
  const rate = wholeNumber("--rate", values.rate, 1, 100);
  requireOpenFiles(count);
  const where = circumstances();
  printCircumstances(where);
  return await onStage(async (stage) => {
    const { provider } = stage;
    const ours = await stage.contestant(startCaptionwire(provider));
    const keepsSamples = true;
    const viewers = await stage.viewers({ name: ours.name, target: ours.target, keepsSamples });
    const target = { dialect: "plain", url: provider.followUrl } as const;
    const direct = await stage.viewers({ name: "direct", target, keepsSamples });
    await viewers.connect(count);
    await direct.connect(1);
    await provider.play({ rate, fromSentence: 0, repeat: 1 });
    await ours.begin();
    await sleep(warmUpMs);
    await Promise.all([viewers.take(), direct.take()]);
    await sleep(seconds * 1_000);
    const through = await viewers.take();
    const beside = await direct.take();
    await ours.end();
    const rows = kinds.map(({ name, kinds: those }) => rowOf(name, those, through, beside));
    print(rows, count, rate, seconds);
    if (values.json !== undefined) {
      writeFileSync(values.json, `${JSON.stringify({ where, count, rate, seconds, rows })}\n`);
    }
    return 0;
  });
}

function rowOf(name: string, those: readonly MarkKind[], through: Taken, beside: Taken): Row {
  const direct = new Map(beside.samples.map(([, at, ms]) => [at, ms]));
  const added: number[] = [];
  const messages = new Set<number>();
  for (const [kind, at, ms] of through.samples) {
    const alone = direct.get(at);
    if (alone === undefined || !those.includes(kind)) continue;
    added.push(ms - alone);
    messages.add(at);
  }
  return {
    name,
    messages: messages.size,
    direct: percentile(
      [...messages].map((at) => direct.get(at) ?? 0),
      0.5,
    ),
    p50: percentile(added, 0.5),
    p95: percentile(added, 0.95),
    p99: percentile(added, 0.99),
  };
}

function print(rows: readonly Row[], count: number, rate: number, seconds: number): void {
  process.stdout.write(`\n${count} viewers, ${rate} interims a second, ${seconds} s; milliseconds\n`);
  process.stdout.write(
    table([
      ["", "messages", "direct p50", "added p50", "p95", "p99"],
      ...rows.map((row) => [
        row.name,
        String(row.messages),
        fixed(row.direct, 1),
        fixed(row.p50, 1),
        fixed(row.p95, 1),
        fixed(row.p99, 1),
      ]),
    ]),
  );
  const prompt = rows[2];
  process.stdout.write(`\nAims\n${verdict("added p50", prompt?.p50 ?? null, 10, " ms")}`);
  process.stdout.write(verdict("added p99", prompt?.p99 ?? null, 60, " ms"));
}
