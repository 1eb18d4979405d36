import { CommanderError } from "@commander-js/extra-typings";
import { UsageError, UserError } from "./errors.ts";
import { commandWords, createProgram } from "./program.ts";
import { written } from "./terminal/output.ts";

const code = await main(process.argv.slice(2));
await written();
// A command is over when it says so, whatever socket or timer may still be open.
process.exit(code);

/** The exit code; a command that ends in order may have set another than 0. */
async function main(args: readonly string[]): Promise<string | number> {
  const program = await createProgram(args);
  if (args.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return process.exitCode ?? 0;
  } catch (error) {
    // Help and version come this way too, with 0; Commander has told what it has to tell.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nSee: ${commandWords(program, args)} --help\n`);
      return 2;
    }
    if (error instanceof UserError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}
