// npm run bench: one benchmark by its name; options go after it.
import { UsageError, UserError } from "../cli/errors.ts";
import type { Command } from "./command.ts";

/** Each benchmark is one file, loaded only when asked for. */
const benchmarks: Record<string, () => Promise<{ command: Command }>> = {
  recovery: () => import("./recovery.ts"),
  fanout: () => import("./fanout.ts"),
  resync: () => import("./resync.ts"),
  jitter: () => import("./jitter.ts"),
  latency: () => import("./latency.ts"),
  speak: () => import("./speak.ts"),
  flood: () => import("./flood.ts"),
  pages: () => import("./pages.ts"),
  costs: () => import("./costs.ts"),
};

process.exit(await main(process.argv.slice(2)));

async function main([name, ...args]: string[]): Promise<number> {
  const load = name !== undefined && Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (load === undefined) {
    const isAsked = name === undefined || name === "--help";
    (isAsked ? process.stdout : process.stderr).write(
      `${isAsked ? "" : `There is no benchmark "${name}".\n\n`}${await overview()}`,
    );
    return isAsked ? 0 : 2;
  }
  const { command } = await load();
  if (args.includes("--help")) {
    process.stdout.write(command.help);
    return 0;
  }
  try {
    return await command.run(args);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof UserError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(benchmarks).map(
      async ([name, load]) => `  ${name.padEnd(12)}${(await load()).command.summary}\n`,
    ),
  );
  return `Usage: npm run bench -- <name> [options]\n\n${lines.join("")}\nEach explains itself with --help.\n`;
}
