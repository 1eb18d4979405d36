// Schedules of a crowd that watches one room, a great many of them, or one of them again.
import { parseArgs } from "node:util";
import { eventKinds } from "./events.ts";
import { type CrowdReport, playCrowd } from "./play.ts";

const { values } = parseArgs({
  options: {
    "viewers-seeds": { type: "string", default: "200" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    viewers: { type: "string" },
    only: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(`Usage: node test/fuzz/viewers/main.ts [--viewers-seeds N] [--seed S] [--viewers V] [--only KINDS]

Plays N schedules (200), of the seeds S, S + 1 …, in which V viewers (100 to 200) follow one room, and checks what each of
them holds after every frame. With --viewers-seeds 1 the whole timeline of that schedule is printed. --only takes kinds of
events, separated by commas, or "none":
${eventKinds.join(" ")}
`);
  process.exit(0);
}

const [seeds, first] = [Number(values["viewers-seeds"]), Number(values.seed)];
const only = values.only?.split(",");
const options = {
  ...(values.viewers === undefined ? {} : { viewers: Number(values.viewers) }),
  ...(only === undefined ? {} : { events: eventKinds.filter((kind) => only.includes(kind)) }),
};
const counts = new Map<string, number>();
const failed: CrowdReport[] = [];
const total = { viewers: 0, connections: 0, broadcasts: 0, deaths: 0, resyncs: 0, tooSlow: 0, virtualMs: 0 };
let mostUnreadBytes = 0;
const began = performance.now();
for (let at = 0; at < seeds; at += 1) {
  const report = await playCrowd(first + at, options);
  for (const kind of report.events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  for (const [reason, count] of report.reasons) {
    const line = `first frames: ${reason}`;
    counts.set(line, (counts.get(line) ?? 0) + count);
  }
  total.viewers += report.viewers;
  total.connections += report.connections;
  total.broadcasts += report.broadcasts;
  total.deaths += report.deaths;
  total.resyncs += report.resyncs;
  total.tooSlow += report.tooSlow;
  total.virtualMs += report.virtualMs;
  mostUnreadBytes = Math.max(mostUnreadBytes, report.mostUnreadBytes);
  if (report.failures.length > 0) failed.push(report);
  if (seeds === 1) process.stdout.write(`${report.timeline.join("\n")}\n`);
}
const seconds = (performance.now() - began) / 1000;

/** By what went wrong, whatever the numbers; a schedule may show several problems. */
const problems = new Map<string, { readonly seed: number; readonly problem: string }[]>();
for (const { seed, failures } of failed) {
  const shapes = new Map(
    failures.map((problem) => [
      problem
        .replace(/\d+/g, "#")
        .replace(/"[^"]*"/g, "…")
        .slice(0, 140),
      problem,
    ]),
  );
  for (const [shape, problem] of shapes)
    problems.set(shape, [...(problems.get(shape) ?? []), { seed, problem }]);
}
for (const [shape, cases] of [...problems].sort(([, a], [, b]) => b.length - a.length)) {
  process.stdout.write(`\n${cases.length} × ${shape}\n`);
  for (const { seed, problem } of cases.slice(0, 3)) {
    process.stdout.write(`  --seed ${seed} --viewers-seeds 1: ${problem.slice(0, 300)}\n`);
  }
}
process.stdout.write("\n");
for (const [kind, count] of counts) process.stdout.write(`${String(count).padStart(7)}  ${kind}\n`);
process.stdout.write(
  `\n${seeds} schedules from seed ${first} in ${seconds.toFixed(1)} s (${Math.round(total.virtualMs / 60_000)} min of virtual time): ` +
    `${total.viewers} viewers, ${total.connections} connections, ${total.broadcasts} broadcasts, ${total.deaths} deaths, ` +
    `${total.resyncs} returns for a frame that did not fit, ${total.tooSlow} called slow, ` +
    `at most ${mostUnreadBytes} bytes unread, ${failed.length} schedules failed\n`,
);
process.exit(failed.length > 0 ? 1 : 0);
