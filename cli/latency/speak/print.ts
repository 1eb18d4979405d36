import type { Screen } from "../../terminal/screen.ts";
import { inMs } from "../table.ts";
import type { Figures, LengthLine } from "./figures.ts";
import type { Connection } from "./run.ts";

export function printFigures(screen: Screen, { dns, tcp, tls }: Connection, figures: Figures): void {
  const parts = [["DNS", dns] as const, ["TCP", tcp] as const, ["TLS", tls] as const];
  const told = parts.flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${inMs(ms)} ms`]));
  screen.print(`  connection, once: ${told.join(", ")}`);
  screen.print();
  const heads = ["characters", "first byte", "p95", "total", "p95", "audio s", "speed-up", "runs"];
  screen.print(screen.style("dim", row(heads)));
  for (const {
    length,
    first_byte_ms: first,
    total_ms: total,
    audio_ms: audio,
    speed_up: speed,
  } of figures.lengths) {
    screen.print(
      row([
        String(length),
        inMs(first.p50),
        inMs(first.p95),
        inMs(total.p50),
        inMs(total.p95),
        (audio / 1000).toFixed(1),
        `${speed.toFixed(1)} ×`,
        String(first.count),
      ]),
    );
  }
  screen.print();
  if (figures.first_byte !== null) screen.print(`  first byte   ${inWords(figures.first_byte)}`);
  if (figures.total !== null) screen.print(`  total        ${inWords(figures.total)}`);
}

function row(cells: readonly string[]): string {
  return `  ${cells.map((cell) => cell.padStart(12)).join("")}`;
}

function inWords({ base_ms: base, per_100_characters_ms: more }: LengthLine): string {
  return `${inMs(base)} ms ${more < 0 ? "−" : "+"} ${Math.abs(more).toFixed(1)} ms per 100 characters`;
}
