import { stripVTControlCharacters, styleText } from "node:util";
import { cellsOf, piecesOf } from "./cells.ts";

type Style = Parameters<typeof styleText>[0];

/** Lines that stay, and below them a few that are rewritten in place. Without a terminal only the former exist. */
export type Screen = {
  readonly interactive: boolean;
  readonly columns: number;
  /** Adds a line that stays. */
  print(line?: string): void;
  /** Replaces the lines below. Of more than the window holds, only the last ones are shown. */
  live(lines: readonly string[]): void;
  style(style: Style, text: string): string;
};

export function createScreen(out: NodeJS.WriteStream): Screen {
  const interactive = out.isTTY === true && process.env.TERM !== "dumb";
  /** Of the lines below, in rows of the window. */
  let height = 0;
  const columns = (): number => out.columns || usualColumns;
  /** Up to the first live line, and everything from there on away. */
  const clear = (): string => (height === 0 ? "" : `\x1b[${height}A\r\x1b[J`);
  const block = (lines: readonly string[]): string => {
    const was = height;
    height = lines.reduce((sum, line) => sum + rowsOf(line, columns()), 0);
    const cursor = was === 0 && height > 0 ? "\x1b[?25l" : was > 0 && height === 0 ? "\x1b[?25h" : "";
    return `${lines.map((line) => `${line}\n`).join("")}${cursor}`;
  };
  let liveLines: readonly string[] = [];
  if (interactive) process.on("exit", () => out.write(height > 0 ? "\x1b[?25h" : ""));

  return {
    interactive,
    get columns() {
      return columns();
    },
    print(line = "") {
      out.write(`${clear()}${line}\n${interactive ? block(liveLines) : ""}`);
    },
    live(lines) {
      if (!interactive) return;
      const cleared = clear();
      liveLines = lastThatFit(lines, columns(), (out.rows || usualRows) - 1);
      out.write(cleared + block(liveLines));
    },
    // Only a terminal gets colours, and only one that wants them (NO_COLOR).
    style: (style, text) => (interactive ? styleText(style, text, { stream: out }) : text),
  };
}

/** Of a pipe, and of a terminal that does not know its own. */
const usualColumns = 100;
const usualRows = 24;

function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(cellsOf(stripVTControlCharacters(line)) / columns));
}

/** The cursor does not go up beyond the window: what would be there could not be rewritten. */
function lastThatFit(lines: readonly string[], columns: number, rows: number): readonly string[] {
  let left = rows;
  const first = lines.findLastIndex((line) => {
    left -= rowsOf(line, columns);
    return left < 0;
  });
  return lines.slice(first + 1);
}

/** Breaks plain text at spaces, and within words that are too long, so that no line takes more than `width` cells. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  const words = text.split(/\s+/).filter((part) => part !== "");
  for (const word of words.flatMap((long) => piecesOf(long, width))) {
    if (line !== "" && cellsOf(line) + 1 + cellsOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
