import { percentile } from "../../shared/percentile.ts";
import type { Flooded } from "./flooder.ts";
import { countOf, type Histogram, merge, quantile } from "./histogram.ts";
import { fixed, table, verdict } from "./report.ts";

export const phaseNames = ["calm", "floor", "flooded"] as const;
export type PhaseName = (typeof phaseNames)[number];

export type Phase = {
  readonly name: PhaseName;
  /** From the provider to each viewer. */
  readonly latencies: Histogram;
  /** The part of them in the second half of each period of the limit, when nothing of a flood is let through any more. */
  readonly later: Histogram;
  /** Viewers' connections that ended. */
  readonly lost: number;
  /** Of one core: what the room's runtime, the bare Worker's and the flood itself took. */
  readonly load: { readonly room: number; readonly bare: number; readonly flood: number };
  readonly flooded: Flooded;
};

export type FloodTerms = {
  readonly count: number;
  readonly rounds: number;
  readonly phaseMs: number;
  readonly isProtected: boolean;
};

const what: Readonly<Record<PhaseName, string>> = {
  calm: "calm",
  floor: "floor: the flood goes to a bare Worker",
  flooded: "flooded",
};

export function printFlood(
  phases: readonly Phase[],
  { count, rounds, phaseMs, isProtected }: FloodTerms,
): void {
  const of = (name: PhaseName): Phase[] => phases.filter((phase) => phase.name === name);
  const median = (name: PhaseName, value: (phase: Phase) => number | null): number | null =>
    percentile(
      of(name)
        .map(value)
        .filter((each) => each !== null),
      0.5,
    );
  const at = (name: PhaseName, share: number) => median(name, ({ latencies }) => quantile(latencies, share));
  process.stdout.write(
    `\n${count} viewers, ${rounds} × ${phaseMs / 1_000} s, ${isProtected ? "limits as deployed" : "no limits"}; ` +
      "milliseconds from the provider to each viewer, medians of the rounds\n",
  );
  process.stdout.write(
    table([
      [
        "",
        "captions",
        "p50",
        "p95",
        "p99",
        "all rounds' p99",
        "later p99",
        "lost",
        "CPU room",
        "bare",
        "flood",
      ],
      ...phaseNames.map((name) => {
        const all = merge(of(name).map(({ latencies }) => latencies));
        const cpu = (whose: keyof Phase["load"]) =>
          `${fixed((median(name, ({ load }) => load[whose]) ?? 0) * 100)} %`;
        return [
          what[name],
          String(Math.round(countOf(all) / count)),
          ...[0.5, 0.95, 0.99].map((share) => fixed(at(name, share), 1)),
          fixed(quantile(all, 0.99), 1),
          fixed(quantile(merge(of(name).map(({ later }) => later)), 0.99), 1),
          String(of(name).reduce((sum, { lost }) => sum + lost, 0)),
          cpu("room"),
          cpu("bare"),
          cpu("flood"),
        ];
      }),
    ]),
  );
  printOutcomes(of("flooded"), phaseMs);
  const calm = at("calm", 0.99);
  const ratio = (name: PhaseName): number | null => {
    const value = at(name, 0.99);
    return value === null || calm === null ? null : value / calm;
  };
  process.stdout.write("  later: in the second half of each period of the limit\n");
  process.stdout.write(`\n  p99 floor ÷ calm: ${fixed(ratio("floor"), 2)}\n`);
  process.stdout.write(`\nAims\n${verdict("p99 flooded ÷ calm", ratio("flooded"), 1.5)}`);
}

function printOutcomes(phases: readonly Phase[], phaseMs: number): void {
  const seconds = (phases.length * phaseMs) / 1_000;
  const kinds = [...new Set(phases.flatMap(({ flooded }) => Object.keys(flooded)))];
  const rows = kinds.map((kind) => {
    const counts = phases.flatMap(({ flooded }) => flooded[kind] ?? []);
    const outcomes = new Map<string, number>();
    for (const [outcome, times] of counts.flatMap((each) => Object.entries(each.outcomes))) {
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + times);
    }
    const total = [...outcomes.values()].reduce((sum, times) => sum + times, 0);
    const leftOut = counts.reduce((sum, each) => sum + each.leftOut, 0);
    const others = [...outcomes].filter(([outcome]) => outcome !== "429");
    return [
      kind,
      fixed(total / seconds),
      total === 0 ? "–" : `${fixed((100 * (outcomes.get("429") ?? 0)) / total, 1)} %`,
      fixed(leftOut / seconds),
      others.map(([outcome, times]) => `${outcome}: ${times}`).join(", ") || "–",
    ];
  });
  process.stdout.write(`\n${table([["flood", "a second", "429", "left out", "others, in all"], ...rows])}`);
}
