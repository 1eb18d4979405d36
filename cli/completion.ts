import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Complete, RootCommand } from "@bomb.sh/tab";
import { findAccess } from "./access.ts";
import { listRooms } from "./rooms/api.ts";

/** Nobody waits longer for a list of names. */
const patienceMs = 1_000;

/** Gives names of rooms and files to the completion of whatever takes them: the libraries know choices only. */
export async function completeValues(root: RootCommand, words: readonly string[]): Promise<void> {
  const commands = [...root.commands.values()];
  const wantsRoom = commands.some(
    (command) => words.includes(command.value.split(" ")[0] ?? "") && takesRoom(command),
  );
  const rooms = wantsRoom ? await roomNames() : [];
  const completeRooms = (complete: Complete): void => {
    for (const room of rooms) complete(room, "");
  };
  const completeFiles = (complete: Complete): void => {
    for (const file of filesFor(words.at(-1) ?? "")) complete(file, "");
  };
  for (const command of commands) {
    for (const value of [...command.arguments.values(), ...command.options.values()]) {
      const name = "name" in value ? value.name : value.value;
      if (name === "room") value.handler = completeRooms;
      if (["file", "out"].includes(name)) value.handler = completeFiles;
    }
  }
}

function takesRoom(command: { arguments: Map<string, unknown>; options: Map<string, unknown> }): boolean {
  return command.arguments.has("room") || command.options.has("room");
}

async function roomNames(): Promise<readonly string[]> {
  const late = new Promise<readonly string[]>((resolve) => setTimeout(() => resolve([]), patienceMs));
  try {
    return await Promise.race([listRooms(findAccess({})), late]);
  } catch {
    return [];
  }
}

/** Folders and files that begin so. A folder that is the only one is told with what is in it, so that no shell ends the word there. */
function filesFor(word: string): string[] {
  const found = entriesOf(word);
  const [only, ...others] = found;
  return only?.endsWith("/") === true && others.length === 0 ? [only, ...entriesOf(only)] : found;
}

function entriesOf(word: string): string[] {
  const folder = word.endsWith("/") ? word : `${dirname(word)}/`;
  const begin = word.endsWith("/") ? "" : basename(word);
  const prefix = word.includes("/") ? (folder === "//" ? "/" : folder) : "";
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(begin) && (begin !== "" || !name.startsWith(".")))
      .map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  } catch {
    return [];
  }
}
