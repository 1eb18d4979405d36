import { createInterface } from "node:readline/promises";
import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";
import { accessHelp, apiKeyOption, findAccess, type GivenAccess, tokenOption, urlOption } from "../access.ts";
import { UsageError } from "../errors.ts";
import { jsonOption, roomName } from "../options.ts";
import { deleteRoom, listRooms, putSettings, roomStats, settingsOf, showRoom } from "../rooms/api.ts";
import { roomText, statsText } from "../rooms/print.ts";
import { type SettingOptions, withChanges, withSettings } from "../rooms/settings.ts";
import { tell, writeJsonLine } from "../terminal/output.ts";

export function define(command: Command): CommandUnknownOpts {
  command
    .command("list", { isDefault: true })
    .description("the names of all rooms")
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .action(list);
  command
    .command("show")
    .description("how a room stands, and its settings")
    .argument("<room>", "the room", roomName)
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .action(show);
  withSettings(
    command
      .command("set")
      .description("change some of its settings")
      .argument("<room>", "the room", roomName),
  )
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .action(set);
  command
    .command("delete")
    .description("delete its transcript; a room without settings that nobody is in goes altogether")
    .argument("<room>", "the room", roomName)
    .option("--yes", "do not ask")
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .action(remove);
  command
    .command("stats")
    .description("what it measures of its latest session: latency, losses, audience, alerts")
    .argument("<room>", "the room", roomName)
    .addOption(jsonOption)
    .addOption(urlOption)
    .addOption(apiKeyOption)
    .addOption(tokenOption)
    .action(stats);
  return command.addHelpText("after", accessHelp);
}

type Options = GivenAccess & { readonly json?: true };

async function list(options: Options): Promise<void> {
  const rooms = await listRooms(findAccess(options));
  if (options.json === true) writeJsonLine(rooms);
  else if (rooms.length === 0) tell("There are no rooms yet.");
  else process.stdout.write(`${rooms.join("\n")}\n`);
}

async function show(room: string, options: Options): Promise<void> {
  const now = await showRoom(findAccess(options), room);
  if (options.json === true) writeJsonLine(now);
  else process.stdout.write(roomText(now));
}

async function set(room: string, options: Options & SettingOptions): Promise<void> {
  const { url, apiKey, token, json, ...asked } = options;
  const access = findAccess({ url, apiKey, token });
  // The service replaces all settings at once.
  const before = await settingsOf(access, room);
  const now = await putSettings(access, room, withChanges(before, asked));
  if (json === true) writeJsonLine(now);
  else process.stdout.write(roomText(now));
}

async function remove(room: string, options: GivenAccess & { readonly yes?: true }): Promise<void> {
  const access = findAccess(options);
  if (options.yes !== true && !(await isSure(`Delete all captions of room "${room}" at ${access.url}?`))) {
    tell("Nothing was deleted.");
    process.exitCode = 1;
    return;
  }
  await deleteRoom(access, room);
  tell(`The captions of room "${room}" are deleted.`);
}

async function isSure(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError("There is nobody to ask here: add --yes.");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // In this mode Ctrl-C is a key like any other.
  terminal.once("SIGINT", () => process.exit(130));
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function stats(room: string, options: Options): Promise<void> {
  const now = await roomStats(findAccess(options), room);
  if (options.json === true) writeJsonLine(now);
  else process.stdout.write(statsText(now));
}
