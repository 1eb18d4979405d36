import { type ChildProcess, spawn } from "node:child_process";
import { inRoot } from "../../cli/paths.ts";
import { shellWord } from "../../cli/terminal/shell.ts";

/** A command as a user runs it. */
export type Command = {
  readonly child: ChildProcess;
  readonly stdout: string;
  readonly stderr: string;
  /** Ends the input when it is given `null`. */
  write(input: Uint8Array | string | null): void;
  /** As a terminal's Ctrl-C: every process of the line hears it. */
  interrupt(): void;
  /** Its exit code, once it has ended and all of its output is here. */
  readonly code: Promise<number | null>;
};

/** Where the command is to look, in place of what runs in this folder. */
export type Where = { readonly url?: string; readonly apiKey?: string; readonly accessToken?: string };

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) signalAll(child, "SIGKILL");
});

/** Starts `captionwire` with these words. Without `where` it is told of no service. */
export function captionwire(words: readonly string[], where?: Where): Command {
  return start(process.execPath, [inRoot("cli/bootstrap.mjs"), ...words], where);
}

/** Runs a line of bash in which `captionwire` is our command. */
export function bash(line: string, where?: Where): Command {
  const own = `captionwire() { ${shellWord(process.execPath)} ${shellWord(inRoot("cli/bootstrap.mjs"))} "$@"; }`;
  return start("bash", ["-c", `${own}\n${line}`], where);
}

function start(program: string, words: readonly string[], where: Where | undefined): Command {
  const child = spawn(program, words, {
    stdio: "pipe",
    // A process group of its own, as a shell gives each line.
    detached: true,
    env: {
      ...process.env,
      NO_COLOR: "1",
      NODE_OPTIONS: "",
      DEEPGRAM_API_KEY: "",
      CAPTIONWIRE_URL: where?.url ?? "",
      CAPTIONWIRE_API_KEY: where?.apiKey ?? "",
      CAPTIONWIRE_TOKEN: where?.accessToken ?? "",
    },
  });
  running.add(child);
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.stderr += chunk;
  });
  // Who has gone does not read what is still written to it.
  child.stdin.on("error", () => {});
  const code = new Promise<number | null>((resolve) => {
    child.once("close", (exitCode) => {
      running.delete(child);
      resolve(exitCode);
    });
  });
  return {
    child,
    code,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    interrupt: () => signalAll(child, "SIGINT"),
    write(input) {
      if (input === null) child.stdin.end();
      else child.stdin.write(input);
    },
  };
}

function signalAll({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(-pid, signal);
}

/** The JSON values a command wrote, one a line. */
export function jsonLines(text: string): unknown[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line));
}
