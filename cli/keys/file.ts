import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { messageOf, UserError } from "../errors.ts";
import { type KeyEntry, KeyEntrySchema } from "./entries.ts";

/** Where a local run looks for the keys that were made for it. */
export function keyFile(folder: string): string {
  return join(folder, "keys.json");
}

/** The keys in this file, oldest first; none when there is no file. Anything else than a list of keys is a UserError. */
export function readKeys(path: string): readonly KeyEntry[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === "ENOENT") return [];
    throw new UserError(`The list of API keys cannot be read: ${messageOf(error)}`);
  }
  try {
    return v.parse(v.array(KeyEntrySchema), JSON.parse(text));
  } catch {
    throw new UserError(
      `${path} is not a list of API keys as Captionwire writes it. Put it right or bring back a copy. ` +
        "Where there is none, delete it and create new keys; those of before end when API_KEYS is put again.",
    );
  }
}

/**
 * Reads, changes and writes the list as one. The new list is begun in a file beside it, which only one command at a time
 * can make, and takes the old one's place when it is whole: nothing is lost to another command or to a full disk.
 */
export function changeKeys(
  path: string,
  change: (entries: readonly KeyEntry[]) => readonly KeyEntry[],
): readonly KeyEntry[] {
  const beside = `${path}.new`;
  begin(beside);
  try {
    const entries = change(readKeys(path));
    writeFileSync(beside, listText(entries));
    renameSync(beside, path);
    return entries;
  } catch (error) {
    rmSync(beside, { force: true });
    throw fileErrorCode(error) === null ? error : cannotWrite(error);
  }
}

function begin(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
  } catch (error) {
    throw cannotWrite(error);
  }
  try {
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (fileErrorCode(error) !== "EEXIST") throw cannotWrite(error);
    throw new UserError(
      `Another command is writing the list of API keys, or one was cut off. If none is running, delete ${path}.`,
    );
  }
}

/** One key a line and no more spaces: the whole has to fit into a variable. */
export function listText(entries: readonly KeyEntry[]): string {
  return entries.length === 0
    ? "[]\n"
    : `[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]\n`;
}

function cannotWrite(error: unknown): UserError {
  return new UserError(`The list of API keys cannot be written: ${messageOf(error)}`);
}

function fileErrorCode(error: unknown): string | null {
  return error instanceof Error && "syscall" in error && "code" in error ? String(error.code) : null;
}
