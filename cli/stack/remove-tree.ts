import { rmSync } from "node:fs";

/** Deletes a folder, if it is there, with all that is in it. Where another process still writes into it, it tries for 2 s. */
export function removeTree(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 6, retryDelay: 100 });
}
