import { readFileSync } from "node:fs";
import tab from "@bomb.sh/tab/commander";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import * as v from "valibot";
import { commands } from "./commands.ts";
import { inRoot } from "./paths.ts";

const PackageSchema = v.object({ version: v.string() });

const help = `
Exit codes:
  0    all is well
  1    it failed, and stderr says why
  2    the command line was wrong
  130  Ctrl-C broke it off; what finishes in order then, as a broadcast does, is 0

captionwire <command> --help explains each.
`;

/** The program with all commands by name and summary; of those, only the ones in `wanted` with what they are made of. */
export async function createProgram(wanted: readonly string[]): Promise<Command> {
  const program = new Command("captionwire")
    .description("Captions and speech at the edge, from the command line.")
    .version(v.parse(PackageSchema, JSON.parse(readFileSync(inRoot("package.json"), "utf8"))).version)
    .addHelpText("after", help)
    .exitOverride();
  for (const { name, summary, load } of commands) {
    const command = program.command(name).summary(summary).description(summary);
    if (wanted.includes(name)) (await load()).define(command);
  }
  pointToHelp(program, program.name());
  const root = tab(program, { completionCommandName: "completion" });
  if (wanted[0] === "complete") {
    await (await import("./completion.ts")).completeValues(root, wanted.slice(1));
  }
  return program;
}

/** An error names the help of the command that it is of. */
function pointToHelp(command: CommandUnknownOpts, words: string): void {
  command.showHelpAfterError(`See: ${words} --help`);
  for (const inner of command.commands) pointToHelp(inner, `${words} ${inner.name()}`);
}

/** The words that name the command meant, from the program's own name on. */
export function commandWords(program: CommandUnknownOpts, args: readonly string[]): string {
  const [first, ...rest] = args;
  const inner = program.commands.find((command) => command.name() === first);
  return inner === undefined ? program.name() : `${program.name()} ${commandWords(inner, rest)}`;
}
