import type { Progress } from "../stack/progress.ts";
import type { Screen } from "./screen.ts";

type Row = { title: string; note: string; beganAt: number; endedAt: number | null; failed: boolean };

const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const redrawEveryMs = 100;
const titleWidth = 16;
const noteWidth = 44;

/** Slow steps as a list that lives in place until `settle`; without a terminal, one line for each that ended. */
export function createSteps(screen: Screen): Progress & { settle(): void } {
  const rows: Row[] = [];
  const redraw = setInterval(() => screen.live(rows.map((row) => draw(row, screen))), redrawEveryMs);
  redraw.unref();

  return {
    step(title) {
      const row: Row = { title, note: "", beganAt: performance.now(), endedAt: null, failed: false };
      rows.push(row);
      return {
        note(text) {
          row.note = text;
        },
        async during(work, outcome) {
          row.beganAt = performance.now();
          try {
            const result = await work();
            row.note = outcome(result);
            return result;
          } catch (error) {
            row.failed = true;
            row.note = "failed";
            throw error;
          } finally {
            row.endedAt = performance.now();
            if (!screen.interactive) screen.print(draw(row, screen));
          }
        },
      };
    },
    settle() {
      clearInterval(redraw);
      if (!screen.interactive) return;
      screen.live([]);
      for (const row of rows) screen.print(draw(row, screen));
    },
  };
}

function draw(row: Row, screen: Screen): string {
  const seconds = `${(((row.endedAt ?? performance.now()) - row.beganAt) / 1000).toFixed(1)} s`;
  const frame = Math.floor(performance.now() / redrawEveryMs) % spinner.length;
  const mark =
    row.endedAt === null
      ? screen.style("cyan", spinner[frame] ?? " ")
      : row.failed
        ? screen.style("red", "✗")
        : screen.style("green", "✓");
  const note = row.note.slice(0, noteWidth).padEnd(noteWidth);
  return `  ${mark} ${row.title.padEnd(titleWidth)}${screen.style("dim", note)}${screen.style("dim", seconds.padStart(8))}`;
}
