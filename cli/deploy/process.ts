import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { UserError } from "../errors.ts";
import { root } from "../paths.ts";
import { quiet } from "../stack/tool.ts";

export type Ran = { readonly code: number | null; readonly stdout: string; readonly text: string };

type Surroundings = {
  readonly env?: Readonly<Record<string, string>>;
  /** It gets our terminal, and asks and tells there by itself: nothing of what it says is returned. */
  readonly inTerminal?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
};

/** Runs wrangler to its end. Without a terminal it asks nothing: where it would, it takes its own answer or fails. */
export async function runWrangler(
  script: string,
  args: readonly string[],
  { env = {}, inTerminal = false, signal }: Surroundings = {},
): Promise<Ran> {
  const child = spawn(process.execPath, ["--no-warnings", script, ...args], {
    cwd: root,
    stdio: inTerminal ? "inherit" : ["ignore", "pipe", "pipe"],
    // In what it takes for a CI, wrangler answers its own questions with yes.
    env: { ...process.env, ...quiet, ...(inTerminal ? { CI: "false" } : {}), ...env },
  });
  let stdout = "";
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (piece: string) => {
    stdout += piece;
    text += piece;
  });
  child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  const kill = (): boolean => child.kill("SIGKILL");
  const end = (): boolean => child.kill("SIGTERM");
  process.once("exit", kill);
  signal?.addEventListener("abort", end);
  if (signal?.aborted === true) end();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", (error) =>
        reject(new UserError(`wrangler could not be started: ${error.message}`)),
      );
      child.once("close", resolve);
    });
    return { code, stdout, text: stripVTControlCharacters(text) };
  } finally {
    process.off("exit", kill);
    signal?.removeEventListener("abort", end);
  }
}
