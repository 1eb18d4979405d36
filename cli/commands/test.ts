import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { type Command, parse } from "../command.ts";
import { inRoot, root } from "../paths.ts";

const projects = ["unit", "runtime", "e2e", "attacks", "conformance", "fuzz", "browser"];
const maxMinutes = 30;

const help = `Usage: npm test -- [kind or file …] [options]

Runs the tests: ${projects.join(", ")}. Words that name none of these pick files
whose path contains them. The last line counts what passed and failed; the exit
code is 1 when anything failed or nothing ran.

  -t, --name PATTERN  only tests whose name matches
  --help              this text
`;

export const command: Command = { summary: "run the tests", help, run };

const TallySchema = v.object({ passed: v.number(), failed: v.number(), skipped: v.number() });
type Tally = v.InferOutput<typeof TallySchema>;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: { name: { type: "string", short: "t" } },
  });
  const folder = mkdtempSync(join(tmpdir(), "captionwire-tally-"));
  const tallyFile = join(folder, "tally.json");
  try {
    const code = await runVitest(
      [
        "--reporter=default",
        "--reporter=./test/support/tally.ts",
        ...positionals.filter((word) => projects.includes(word)).map((word) => `--project=${word}`),
        ...(values.name === undefined ? [] : ["--testNamePattern", values.name]),
        ...positionals.filter((word) => !projects.includes(word)),
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
    return isGood ? 0 : 1;
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
