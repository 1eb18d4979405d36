import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command, CommandUnknownOpts } from "@commander-js/extra-typings";
import * as v from "valibot";
import { inRoot, root } from "../paths.ts";

const projects = ["unit", "runtime", "e2e", "attacks", "conformance", "fuzz", "browser"];
const maxMinutes = 45;

const help = `
Words that name none of the kinds pick files whose path contains them. The last line
counts what passed and failed; the exit code is 1 when anything failed or nothing ran.
npm test -- [words] [options] is the same.

Kinds: ${projects.join(", ")}
`;

export function define(command: Command): CommandUnknownOpts {
  return command
    .argument("[words...]", "kinds of tests, or parts of file names")
    .option("-t, --name <pattern>", "only tests whose name matches")
    .addHelpText("after", help)
    .action(test);
}

const TallySchema = v.object({ passed: v.number(), failed: v.number(), skipped: v.number() });
type Tally = v.InferOutput<typeof TallySchema>;

async function test(words: readonly string[], options: { readonly name?: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "captionwire-tally-"));
  const tallyFile = join(folder, "tally.json");
  try {
    const code = await runVitest(
      [
        "--reporter=default",
        "--reporter=./test/support/tally.ts",
        "--reporter=./test/conformance/room/reporter.ts",
        ...words.filter((word) => projects.includes(word)).map((word) => `--project=${word}`),
        ...(options.name === undefined ? [] : ["--testNamePattern", options.name]),
        ...words.filter((word) => !projects.includes(word)),
      ],
      tallyFile,
    );
    const { passed, failed, skipped } = readTally(tallyFile);
    const isGood = code === 0 && failed === 0 && passed > 0;
    if (!isGood && failed === 0) {
      const reason =
        passed === 0 ? "No test ran." : `Vitest itself failed (${code}); its output above says why.`;
      process.stdout.write(`\n${reason}\n`);
    }
    process.stdout.write(
      `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
    );
    if (!isGood) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runVitest(args: readonly string[], tallyFile: string): Promise<number | string> {
  const child = spawn(process.execPath, [inRoot("node_modules/vitest/vitest.mjs"), "run", ...args], {
    cwd: root,
    stdio: "inherit",
    // Tests of this machine must not depend on whose key is in its environment.
    env: { ...process.env, DEEPGRAM_API_KEY: "", WRANGLER_SEND_METRICS: "false", TALLY_FILE: tallyFile },
  });
  const stop = (): boolean => child.kill("SIGKILL");
  process.once("exit", stop);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const bound = setTimeout(() => {
    process.stderr.write(`The tests took more than ${maxMinutes} minutes and were stopped.\n`);
    stop();
  }, maxMinutes * 60_000);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      clearTimeout(bound);
      process.off("exit", stop);
      resolve(code ?? signal ?? 1);
    });
  });
}

/** Nothing is counted when vitest ended before its end. */
function readTally(path: string): Tally {
  if (!existsSync(path)) return { passed: 0, failed: 0, skipped: 0 };
  return v.parse(TallySchema, JSON.parse(readFileSync(path, "utf8")));
}
