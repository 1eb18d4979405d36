/// <reference path="../../../cli/commander.d.ts" />
import { CommanderError, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { createProgram } from "../../../cli/program.ts";
import { manifest } from "./package.ts";
import type { CommandLine } from "./shell.ts";

/** Scripts that are the command by another name. */
const asCommand = /^node cli\/bootstrap\.mjs (.+)$/;

/** Lines that name a script which is not there, or that the command would refuse as they are written. */
export async function wrongCommands(lines: readonly CommandLine[]): Promise<string[]> {
  const problems: string[] = [];
  for (const { path, words, isMention } of lines) {
    const problem = await problemOf(words, isMention);
    if (problem !== null) problems.push(`${path}: ${words.join(" ")}: ${problem}`);
  }
  return problems;
}

async function problemOf(words: readonly string[], isMention: boolean): Promise<string | null> {
  const [first, second, ...rest] = words;
  if (first === "captionwire") return refusal(words.slice(1), isMention);
  if (first === "npx" && second === "captionwire") return refusal(rest, isMention);
  if (first !== "npm") return null;
  const asked = words.slice(1).filter((word) => word !== "--silent");
  const name =
    asked[0] === "run" ? asked[1] : asked[0] === "start" || asked[0] === "test" ? asked[0] : undefined;
  if (name === undefined) return null;
  const script = manifest.scripts[name];
  if (script === undefined) return "package.json has no such script";
  const command = asCommand.exec(script)?.[1];
  const behind = asked.slice(asked.indexOf(name) + 1).filter((word) => word !== "--");
  return command === undefined ? null : refusal([...command.split(" "), ...behind], isMention);
}

const missing = new Set([
  "commander.missingMandatoryOptionValue",
  "commander.missingArgument",
  "commander.optionMissingArgument",
]);

/** What the real program says to these words; nothing of it is run. */
async function refusal(words: readonly string[], isMention: boolean): Promise<string | null> {
  // What stands for whatever a reader would write there.
  const args = words.filter((word) => word !== "…" && !/^\[?<.*>\]?$/.test(word));
  if (args.length === 0) return null;
  const program = await createProgram(args);
  quiet(program);
  try {
    await program.parseAsync(args, { from: "user" });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // A command that has others in it says its help, as does one that is asked for it.
    const isFine = error.exitCode === 0 || error.code === "commander.help";
    return isFine || (isMention && missing.has(error.code)) ? null : error.message;
  }
}

function quiet(command: CommandUnknownOpts): void {
  command.configureOutput({ writeOut() {}, writeErr() {} });
  // The program itself, and commands that have others in them, say their help.
  if (command.commands.length === 0) command.action(() => {});
  for (const inner of command.commands) quiet(inner);
}
