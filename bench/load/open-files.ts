import { UserError } from "../../cli/errors.ts";
import { openFilesMax } from "./proc.ts";

/** The local runtime has two descriptors a socket, and ends when there is none left. */
export function requireOpenFiles(viewers: number): void {
  const needed = Math.max(8_192, viewers * 2 + 500);
  const allowed = openFilesMax();
  if (allowed >= needed) return;
  throw new UserError(
    `${viewers} viewers need ${needed} open files, and ${allowed} are allowed here. Try: ulimit -n ${needed}`,
  );
}
