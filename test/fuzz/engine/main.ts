// npm run fuzz: the full number of cases, or one of them again.
import { parseArgs } from "node:util";
import { maxGrowthMb, selfTest, startFuzzEngine, tolerableWer } from "./engine.ts";
import { runFuzz } from "./run.ts";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: npm run fuzz -- [--cases N] [--seed S] [--only I]

Plays N malformed cases (10,000) against a speech engine on this machine: frames, queries and bodies. Each must be
answered as documented, and the engine must still listen at the end. The same seed gives the same cases; --only plays
one of them.
`);
  process.exit(0);
}

const [cases, seed] = [Number(values.cases), Number(values.seed)];
const only = values.only === undefined ? {} : { only: Number(values.only) };
process.stdout.write(`seed ${seed}\n`);
const engine = await startFuzzEngine();
void engine.exited.then(({ expected, message }) => {
  if (expected) return;
  process.stderr.write(`${message}\n`);
  process.exit(1);
});
const began = performance.now();
const report = await runFuzz({
  engineUrl: engine.url,
  enginePid: engine.pid,
  seed,
  cases,
  ...only,
  onProgress: (done) => {
    if (done % 1000 === 0) process.stdout.write(`${done} cases\n`);
  },
});
const seconds = ((performance.now() - began) / 1000).toFixed(0);
const wer = await selfTest(engine.url);
await engine.stop();

const problems = Map.groupBy(report.failures, ({ problem }) => problem.replace(/\d+/g, "#").slice(0, 160));
for (const [problem, failures] of problems) {
  process.stdout.write(`\n${failures.length} × ${problem}\n`);
  for (const { replay, problem: exactly } of failures.slice(0, 2))
    process.stdout.write(`  ${exactly.slice(0, 400)}\n  ${replay}\n`);
}
for (const [outcome, count] of [...report.outcomes].sort()) {
  process.stdout.write(`${String(count).padStart(6)}  ${outcome}
`);
}
const memory =
  report.memoryMb === null ? "" : ` · memory ${report.memoryMb.warm} → ${report.memoryMb.end} MB`;
process.stdout.write(
  `\n${report.played} cases in ${seconds} s, ${report.failures.length} answered wrongly${memory} · slowest health check ${Math.round(report.slowestHealthMs)} ms · afterwards WER ${(wer * 100).toFixed(1)} %\n`,
);
const growthMb = report.memoryMb === null ? 0 : report.memoryMb.end - report.memoryMb.warm;
process.exit(report.failures.length > 0 || wer > tolerableWer || growthMb > maxGrowthMb ? 1 : 0);
