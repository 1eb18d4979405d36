import { existsSync, fstatSync, openSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";

/** A file that was named for what a command finds out. */
export type OutFile = {
  /** The first text takes the place of what was in the file, the others follow. Throws a `UserError` as opening does. */
  write(text: string): void;
};

/**
 * Opens a file before the work whose outcome goes there, so that no outcome is lost to a wrong name. Until something is
 * written the file stays as it is, and one that was not there is gone again at the end. Throws a `UserError`.
 */
export function openOutFile(path: string): OutFile {
  const checked = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw new UserError(`${path} cannot be written: ${messageOf(error)}`);
    }
  };
  const isNew = !existsSync(path);
  const file = checked(() => openSync(path, "a"));
  let isBegun = false;
  if (isNew) {
    process.once("exit", () => {
      if (!isBegun) rmSync(path, { force: true });
    });
  }
  return {
    write: (text) =>
      checked(() => {
        // A pipe or a terminal has no length.
        if (!isBegun && fstatSync(file).isFile()) truncateSync(path);
        isBegun = true;
        writeFileSync(file, text);
      }),
  };
}
