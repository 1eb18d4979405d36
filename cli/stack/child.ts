import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { UserError } from "../errors.ts";
import { root } from "../paths.ts";
import { nodeProgram } from "./node.ts";

const ReadySchema = v.object({ ready: v.literal(true), url: v.pipe(v.string(), v.url()) });
const ProgressSchema = v.object({ progress: v.string() });
const DoneSchema = v.object({ done: v.number(), problem: v.nullable(v.string()) });
const LineSchema = v.union([ReadySchema, ProgressSchema, DoneSchema]);

export type ChildOptions = {
  /** For people: "engine", "Worker". */
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** Handed over on the first line of its standard input, where other users of the machine cannot read it. */
  readonly settings?: unknown;
  readonly env?: Record<string, string>;
  readonly logFile: string;
  readonly readyWithinMs: number;
  readonly onProgress?: (text: string) => void;
};

export type Child = {
  readonly url: string;
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it; `expected` when that was us. */
  readonly exited: Promise<{ readonly expected: boolean; readonly message: string }>;
  /**
   * Writes an order on a line of its standard input, as `{order, number}`, and waits for the line that says it is done.
   * For programs that take orders; throws a `UserError` with the problem it told, or when it ends before it answers.
   */
  ask(order: unknown): Promise<void>;
  /** Asks it to end and makes sure that it does, with everything it started. */
  stop(): Promise<void>;
  /** Ends it without a word, as a crash would. */
  kill(): Promise<void>;
};

const stopWithinMs = 1_500;
const tailLines = 12;
const running = new Set<ChildProcess>();

// Whatever way this process ends short of SIGKILL, its children go first; after SIGKILL they see their input close.
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

/**
 * Starts one of our programs and waits until it says on its output that it is ready.
 * It gets a process group of its own, so that a Ctrl-C in the terminal reaches only us and we end everything in order.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = createWriteStream(options.logFile);
  log.on("error", () => {}); // its folder may be gone before it is open; what matters is in the tail
  const tail: string[] = [];
  const child = spawn(
    nodeProgram,
    ["--disable-warning=ExperimentalWarning", options.script, ...(options.args ?? [])],
    { cwd: root, detached: true, stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...options.env } },
  );
  running.add(child);
  child.stdin.on("error", () => {}); // it may be gone before it reads: its exit says so better
  if (options.settings !== undefined) child.stdin.write(`${JSON.stringify(options.settings)}\n`);

  let expected = false;
  const exited = new Promise<{ expected: boolean; message: string }>((resolve) => {
    const end = (how: string): void => {
      running.delete(child);
      log.end();
      resolve({ expected, message: describe(options, how, tail) });
    };
    child.once("error", (error) => end(`could not be started: ${error.message}`));
    // Whoever ended it, what it had started is of no use without it.
    child.once("exit", () => killGroup(child));
    // Not "exit": what it said last may still be on its way.
    child.once("close", (code, signal) => end(`ended by itself (${signal ?? `code ${code}`})`));
  });

  createInterface({ input: child.stderr }).on("line", (line) => note(line, tail, log));
  const asked: ((problem: string | null) => void)[] = [];
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = readLine(line);
      if (message === null) note(line, tail, log);
      else if ("ready" in message) resolve(message.url);
      else if ("done" in message) asked[message.done]?.(message.problem);
      else options.onProgress?.(message.progress);
    });
  });

  const close = async (gently: boolean): Promise<void> => {
    expected = true;
    if (gently) {
      child.stdin.end();
      const patience = new AbortController();
      await Promise.race([exited, delay(stopWithinMs, patience.signal)]);
      patience.abort();
    }
    killGroup(child);
    await exited;
  };

  const ask = async (order: unknown): Promise<void> => {
    const answered = new Promise<string | null>((resolve) => {
      const number = asked.push(resolve) - 1;
      child.stdin.write(`${JSON.stringify({ order, number })}\n`);
    });
    const problem = await Promise.race([answered, exited.then(({ message }) => message)]);
    if (problem !== null) throw new UserError(problem);
  };

  const deadline = new AbortController();
  const url = await Promise.race([
    ready,
    exited.then(({ message }) => new UserError(message)),
    delay(options.readyWithinMs, deadline.signal).then(
      () => new UserError(describe(options, `was not ready within ${options.readyWithinMs / 1000} s`, tail)),
    ),
  ]);
  deadline.abort();
  if (url instanceof UserError) {
    await close(false);
    throw url;
  }
  return { url, pid: child.pid ?? -1, exited, ask, stop: () => close(true), kill: () => close(false) };
}

function readLine(line: string): v.InferOutput<typeof LineSchema> | null {
  if (!line.startsWith("{")) return null;
  try {
    const parsed = v.safeParse(LineSchema, JSON.parse(line));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

function note(line: string, tail: string[], log: WriteStream): void {
  if (log.writable) log.write(`${line}\n`);
  tail.push(line);
  if (tail.length > tailLines) tail.shift();
}

function describe(options: ChildOptions, how: string, tail: readonly string[]): string {
  const said = tail.length === 0 ? "" : `\n${tail.map((line) => `  ${line}`).join("\n")}`;
  return `The ${options.name} ${how}.${said}\nIts log: ${options.logFile}`;
}

/** The whole group: the Worker's process has the runtime below it. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? child.pid : -child.pid, "SIGKILL");
  } catch {
    // All of them are gone already.
  }
}

function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}
