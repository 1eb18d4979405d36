import { readdirSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { Complete, RootCommand, Command as TabCommand, Option as TabOption } from "@bomb.sh/tab";
import { findAccess } from "./access.ts";
import { listRooms } from "./rooms/api.ts";

/** Arguments and options that take a file or a folder, whichever command has them. */
const filesNamed = new Set([
  "file",
  "out",
  "tape",
  "words",
  "reference",
  "hypothesis",
  "baseline",
  "save-baseline",
]);

/** Nobody waits longer for a list of names. */
const patienceMs = 1_000;

/** Gives names of rooms and files to the completion of whatever takes them: the libraries know choices only. */
export async function completeValues(root: RootCommand, words: readonly string[]): Promise<void> {
  const commands = [...root.commands.values()];
  const rooms = wantsRoom(commands, words[0] === "--" ? words.slice(1) : words) ? await roomNames() : [];
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
      if (filesNamed.has(name) && !("isBoolean" in value && value.isBoolean)) value.handler = completeFiles;
    }
  }
}

/** Whether the last of these words is to be a room: their names cost a token and a request. */
function wantsRoom(commands: readonly TabCommand[], words: readonly string[]): boolean {
  const [command] = commands
    .filter(({ value }) => value.split(" ").every((part, index) => words[index] === part))
    .sort((a, b) => b.value.length - a.value.length);
  if (command === undefined) return false;
  const given = words.slice(command.value.split(" ").length);
  const typed = given.pop();
  if (typed === undefined || typed.startsWith("-")) return false;
  /** The option whose value would come next. */
  const open = (before: string | undefined): TabOption | undefined => {
    const option = before?.startsWith("-") ? command.options.get(before.replace(/^-+/, "")) : undefined;
    return option?.isBoolean === false ? option : undefined;
  };
  const option = open(given.at(-1));
  if (option !== undefined) return option.value === "room";
  const place = given.filter((word, at) => !word.startsWith("-") && open(given[at - 1]) === undefined).length;
  return [...command.arguments.keys()][place] === "room";
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
