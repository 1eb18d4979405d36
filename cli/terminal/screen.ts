import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Lines that stay, and below them a few that are rewritten in place. Without a terminal only the former exist. */
export type Screen = {
  readonly interactive: boolean;
  readonly columns: number;
  /** Adds a line that stays. */
  print(line?: string): void;
  /** Replaces the lines below. Each must fit the width. */
  live(lines: readonly string[]): void;
  style(style: Style, text: string): string;
};

export function createScreen(out: NodeJS.WriteStream): Screen {
  const interactive = out.isTTY === true && process.env.TERM !== "dumb";
  let height = 0;
  /** Up to the first live line, and everything from there on away. */
  const clear = (): string => (height === 0 ? "" : `\x1b[${height}A\r\x1b[J`);
  const block = (lines: readonly string[]): string => {
    const was = height;
    height = lines.length;
    const cursor = was === 0 && height > 0 ? "\x1b[?25l" : was > 0 && height === 0 ? "\x1b[?25h" : "";
    return `${lines.map((line) => `${line}\n`).join("")}${cursor}`;
  };
  let liveLines: readonly string[] = [];
  if (interactive) process.on("exit", () => out.write(height > 0 ? "\x1b[?25h" : ""));

  return {
    interactive,
    get columns() {
      return Math.max(40, out.columns ?? 100);
    },
    print(line = "") {
      out.write(`${clear()}${line}\n${interactive ? block(liveLines) : ""}`);
    },
    live(lines) {
      if (!interactive) return;
      const cleared = clear();
      liveLines = lines;
      out.write(cleared + block(lines));
    },
    // Only a terminal gets colours, and only one that wants them (NO_COLOR).
    style: (style, text) => (interactive ? styleText(style, text, { stream: out }) : text),
  };
}

/** Breaks plain text at spaces so that no line is wider than `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines;
}
