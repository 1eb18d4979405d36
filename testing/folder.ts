import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeProgram } from "../cli/stack/node.ts";
import { removeTree } from "../cli/stack/remove-tree.ts";

const sweeper = fileURLToPath(new URL("sweeper.ts", import.meta.url));

const folders = new Map<string, ChildProcess>();
// Behind the handler that ends the processes which write into them.
process.on("exit", () => {
  for (const folder of folders.keys()) removeFolder(folder);
});

/** A folder that is deleted at the end of this process at the latest, in whatever way it ends. */
export function newFolder(): string {
  const folder = join(tmpdir(), `captionwire-testing-${randomUUID()}`);
  // First, and in a group of its own: no kill is too early for it, and no Ctrl-C reaches it.
  const watching = spawn(nodeProgram, ["--disable-warning=ExperimentalWarning", sweeper, folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    windowsHide: true,
  });
  watching.on("error", () => {}); // then the folder goes with every end but that of a kill
  watching.stdin.on("error", () => {});
  watching.unref();
  folders.set(folder, watching);
  mkdirSync(folder, { mode: 0o700 });
  return folder;
}

export function removeFolder(folder: string): void {
  removeTree(folder);
  folders.get(folder)?.stdin?.end();
  folders.delete(folder);
}

/** Deletes all but the logs and answers where they stay from now on; `null` where there are none. */
export function keepLogs(folder: string): string | null {
  const logs = join(folder, "logs");
  if (!existsSync(logs)) {
    removeFolder(folder);
    return null;
  }
  for (const name of readdirSync(folder)) if (name !== "logs") removeTree(join(folder, name));
  folders.get(folder)?.kill("SIGKILL");
  folders.delete(folder);
  return logs;
}
