import type { Spread } from "../../shared/stats.ts";
import type { Screen } from "../terminal/screen.ts";

const columns = ["min", "mean", "p50", "p95", "p99", "max"] as const;
const label = 28;
const cell = 9;

/** A line of milliseconds for each; what was not measured is left out. p50 is one of the values, as every percentile. */
export function printSpreads(
  screen: Screen,
  rows: readonly (readonly [name: string, spread: Spread | null])[],
): void {
  const measured = rows.filter(([, spread]) => spread !== null);
  if (measured.length === 0) return;
  const head = `  ${"ms".padEnd(label)}${columns.map((name) => name.padStart(cell)).join("")}${"count".padStart(cell)}`;
  screen.print(screen.style("dim", head));
  for (const [name, spread] of measured) {
    if (spread === null) continue;
    const figures = columns.map((column) => inMs(spread[column]).padStart(cell)).join("");
    screen.print(`  ${name.padEnd(label)}${figures}${String(spread.count).padStart(cell)}`);
  }
}

/** Milliseconds with one decimal below 100. */
export function inMs(ms: number | null): string {
  if (ms === null) return "–";
  return Math.abs(ms) < 100 ? ms.toFixed(1) : ms.toFixed(0);
}
