import { WriteStream } from "node:tty";
import { describe, expect, it } from "vitest";
import { cellsOf, cut } from "../../../cli/terminal/cells.ts";
import { createScreen, wrap } from "../../../cli/terminal/screen.ts";

describe("text in a terminal", () => {
  it.each([
    ["harbour", 7],
    ["これは字幕です。", 16],
    ["ｶﾅ", 2],
    ["né", 2],
    ["👩‍🚀 up", 5],
    ["안녕", 4],
  ])("takes cells: %s", (text, cells) => {
    expect(cellsOf(text)).toBe(cells);
  });

  it.each([39, 12, 2])("is wrapped at %i cells, without spaces too", (width) => {
    const text = `${"これは字幕です".repeat(12)} and ${"x".repeat(50)} ends`;
    const lines = wrap(text, width);
    for (const line of lines) expect(cellsOf(line)).toBeLessThanOrEqual(width);
    expect(lines.join("").replaceAll(" ", "")).toBe(text.replaceAll(" ", ""));
  });

  it("is wrapped at spaces where it can be", () => {
    expect(wrap("small boats come home", 11)).toEqual(["small boats", "come home"]);
    expect(wrap("", 11)).toEqual([""]);
  });

  it("is cut to what fits", () => {
    expect(cut("字幕 live", 5)).toBe("字幕 ");
    expect(cut("字幕 live", 3)).toBe("字");
  });
});

describe("lines that are rewritten", () => {
  /** A terminal of this size, and what was written to it. */
  function terminal(columns: number, rows: number) {
    let written = "";
    const out = Object.assign(Object.create(WriteStream.prototype), {
      isTTY: true,
      columns,
      rows,
      write(text: string): boolean {
        written += text;
        return true;
      },
    });
    const take = (): string => {
      const taken = written;
      written = "";
      return taken;
    };
    return { out, take };
  }

  it("goes up by as many rows as they took, and no further", () => {
    const { out, take } = terminal(30, 10);
    const screen = createScreen(out);
    expect(screen.columns).toBe(30);
    screen.live(["x".repeat(61), "字".repeat(16), "short"]);
    take();
    screen.live([]);
    expect(take()).toContain("\x1b[6A");
  });

  it("shows the last ones of more than the window holds", () => {
    const { out, take } = terminal(30, 4);
    const screen = createScreen(out);
    screen.live(["first", "x".repeat(31), "last"]);
    expect(take()).not.toContain("first");
    screen.live([]);
    expect(take()).toContain("\x1b[3A");
  });
});
