import { openOutFile } from "./out-file.ts";

/** One value for other programs, on a line of its own. */
export function writeJsonLine(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Whoever read stdout may have seen enough (`| head`): then there is nothing more to do, and nothing is wrong. */
export function endWhenUnread(): void {
  onUnread(() => process.exit(0));
}

/** Goes on when nobody reads stdout any more. */
export function goOnUnread(): void {
  onUnread(() => {});
}

function onUnread(run: () => void): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    run();
  });
}

/** stderr is for people; stdout for what may be piped on. */
export function tell(...lines: readonly string[]): void {
  process.stderr.write(`${lines.join("\n")}\n`);
}

/** Writes a text to a file, or to stdout. */
export function writeOut(path: string | undefined, text: string): void {
  if (path === undefined) {
    endWhenUnread();
    process.stdout.write(text);
    return;
  }
  openOutFile(path).write(text);
}

/** What stdout was given is with its reader, or nobody reads it: a pipe is written behind a program's back. */
export async function written(): Promise<void> {
  if (process.stdout.writableLength === 0) return;
  goOnUnread();
  await new Promise<void>((resolve) => process.stdout.write("", () => resolve()));
}

/** Minutes and seconds. */
export function clockText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(seconds / 3600);
  return hours === 0 ? parts.join(":") : `${hours}:${parts.join(":")}`;
}
