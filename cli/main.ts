import { type Command, UsageError } from "./command.ts";
import { UserError } from "./errors.ts";

/** Each command is one file, loaded only when asked for: `start` must not wait for what `wer` needs. */
const commands: Record<string, () => Promise<{ command: Command }>> = {
  keys: () => import("./commands/keys.ts"),
  start: () => import("./commands/start.ts"),
  test: () => import("./commands/test.ts"),
  wer: () => import("./commands/wer.ts"),
};

// A command is over when it says so, whatever socket or timer may still be open.
process.exit(await main(process.argv.slice(2)));

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(await overview());
    return 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    process.stderr.write(`There is no command "${name}".\n\n${await overview()}`);
    return 2;
  }
  const { command } = await load();
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(
        `${error.message}\nSee: npm ${name === "start" || name === "test" ? name : `run ${name}`} -- --help\n`,
      );
      return 2;
    }
    if (error instanceof UserError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    throw error;
  }
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(
      async ([name, load]) => `  ${name.padEnd(8)}${(await load()).command.summary}\n`,
    ),
  );
  return `Usage: npm start, npm test, npm run wer or npm run keys; options go after --\n\n${lines.join("")}\nEach explains itself with --help.\n`;
}
