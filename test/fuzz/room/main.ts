// Room schedules, a great many of them, or one of them again.
import { parseArgs } from "node:util";
import { faultKinds } from "./faults.ts";
import { playRoom, type RoomReport } from "./play.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "500" },
    seed: {
      type: "string",
      default: String(Math.floor(Math.random() * 2 ** 31)),
    },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: node test/fuzz/room/main.ts [--seeds N] [--seed S] [--only KINDS]

Plays N schedules of faults (500), of the seeds S, S + 1 …, against the room, and checks every word; without --only some of
them have a purge as well. With --seeds 1 the
whole timeline of that schedule is printed. --only takes kinds of faults, separated by commas, or "none":
${faultKinds.join(" ")}
`);
  process.exit(0);
}

const [seeds, first] = [Number(values.seeds), Number(values.seed)];
const only = values.only?.split(",");
const faults = only === undefined ? {} : { faults: faultKinds.filter((kind) => only.includes(kind)) };
const counts = new Map<string, number>(faultKinds.map((kind) => [kind, 0]));
const failed: RoomReport[] = [];
const excused = new Map<string, number>();
const total = { words: 0, gaps: 0, batches: 0, virtualMs: 0, slowestFinishMs: 0 };
const began = performance.now();
for (let at = 0; at < seeds; at += 1) {
  const report = await playRoom(first + at, faults);
  for (const kind of report.faults) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  total.words += report.words;
  for (const [why, count] of report.excused) excused.set(why, (excused.get(why) ?? 0) + count);
  total.gaps += report.gaps;
  total.batches += report.batches;
  total.virtualMs += report.virtualMs;
  total.slowestFinishMs = Math.max(total.slowestFinishMs, report.finishMs);
  if (report.failures.length > 0) failed.push(report);
  if (seeds === 1) process.stdout.write(`${report.timeline.join("\n")}\n`);
  if ((at + 1) % 500 === 0) process.stdout.write(`${at + 1} schedules, ${failed.length} failed\n`);
}
const seconds = (performance.now() - began) / 1000;

/** By what went wrong, whatever the numbers; a schedule may show several problems. */
const problems = new Map<string, { readonly report: RoomReport; readonly problem: string }[]>();
for (const report of failed) {
  const shapes = new Map(
    report.failures.map((problem) => [problem.replace(/\d+/g, "#").slice(0, 140), problem]),
  );
  for (const [shape, problem] of shapes) {
    problems.set(shape, [...(problems.get(shape) ?? []), { report, problem }]);
  }
}
for (const [shape, cases] of [...problems].sort(([, a], [, b]) => b.length - a.length)) {
  process.stdout.write(`\n${cases.length} × ${shape}\n`);
  for (const { report, problem } of cases.slice(0, 3)) {
    process.stdout.write(
      `  --seed ${report.seed} --seeds 1: ${problem.slice(0, 300)} (${report.faults.join(" ")})\n`,
    );
  }
}
process.stdout.write("\n");
for (const [why, count] of excused) {
  process.stdout.write(`${String(count).padStart(7)} words are missing: ${why}\n`);
}
process.stdout.write("\n");
for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(7)}  ${kind}\n`);
process.stdout.write(
  `\n${seeds} schedules from seed ${first} in ${seconds.toFixed(1)} s (${Math.round(total.virtualMs / 3_600_000)} h of virtual time): ` +
    `${total.words} words, ${total.gaps} gaps, ${total.batches} batch requests, slowest finish ${Math.round(total.slowestFinishMs / 1000)} s, ${failed.length} schedules failed\n`,
);
process.exit(failed.length > 0 ? 1 : 0);
