import { spawn } from "node:child_process";
import { UserError } from "../errors.ts";
import { inRoot, root } from "../paths.ts";

/** Build tools say nothing home, look for no newer version and colour nothing that is only read on failure. */
export const quiet = {
  CI: "1",
  // Under a test runner it would say otherwise, and the pages would be built for debugging.
  NODE_ENV: "production",
  NO_COLOR: "1",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  NO_UPDATE_NOTIFIER: "1",
};

/** Runs a build tool from node_modules to its end; its output is shown only when it fails. */
export async function runTool(what: string, script: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [inRoot(`node_modules/${script}`), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...quiet },
  });
  const output: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => output.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => output.push(text));
  const killed = (): boolean => child.kill("SIGKILL");
  process.once("exit", killed);
  const failure = await new Promise<string | null>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) =>
      resolve(code === 0 ? null : `it ended with ${signal ?? `code ${code}`}`),
    );
  });
  process.off("exit", killed);
  if (failure !== null)
    throw new UserError(`${what} could not be built: ${failure}.\n${output.join("").trim()}`);
}
