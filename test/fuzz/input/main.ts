// npm run fuzz -- --input-cases 20000: the full number of cases, or one of them again.
import { parseArgs } from "node:util";
import { runFuzz } from "./run.ts";
import { startService } from "./service.ts";

const { values } = parseArgs({
  options: {
    "input-cases": { type: "string", default: "20000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: npm run fuzz -- --input-cases N [--seed S] [--only I]

Sends N random and mutated requests and WebSocket frames (20,000) to a Worker on this machine. Each must be answered as
documented, nothing but that may stand in the log, and a room that is none of theirs must not notice. The same seed gives
the same cases; --only plays one of them.
`);
  process.exit(0);
}

const [cases, seed] = [Number(values["input-cases"]), Number(values.seed)];
const only = values.only === undefined ? {} : { only: Number(values.only) };
process.stdout.write(`seed ${seed}\n`);
const service = await startService();
const began = performance.now();
const report = await runFuzz(service, {
  seed,
  cases,
  ...only,
  onProgress: (done) => {
    if (done % 1000 === 0) process.stdout.write(`${done} cases\n`);
  },
});
const seconds = ((performance.now() - began) / 1000).toFixed(0);
await service.close();

const problems = Map.groupBy(report.failures, ({ problem }) =>
  problem.replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d{4,}/g, "#").slice(0, 160),
);
for (const [problem, failures] of problems) {
  process.stdout.write(`\n${failures.length} × ${problem}\n`);
  for (const { replay, problem: exactly } of failures.slice(0, 2))
    process.stdout.write(`  ${exactly.slice(0, 400)}\n  ${replay}\n`);
}
process.stdout.write("\n");
for (const [outcome, count] of [...report.outcomes].sort())
  process.stdout.write(`${String(count).padStart(6)}  ${outcome}\n`);
process.stdout.write(`\n${report.played} cases in ${seconds} s, ${report.failures.length} problems\n`);
process.exit(report.failures.length > 0 ? 1 : 0);
