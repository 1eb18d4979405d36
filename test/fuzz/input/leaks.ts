import { readFileSync } from "node:fs";
import { confidential } from "./bodies.ts";

/** Lines of a stack trace, paths of files, and the runtime's words for what nobody caught. */
const innards = [
  /^\s*at .*:\d+:\d+\)?\s*$/m,
  /\bfile:\/\/\/[^e]/,
  /\b[\w-]+\.(?:m?[jt]s|c\+\+|rs):\d+/,
  /node_modules/,
  /\b(?:Type|Range|Syntax|Reference|Vali)Error\b/,
];

/** What an answer tells that it must not; `null` when it tells nothing. */
export function leakIn(text: string, secrets: readonly string[]): string | null {
  const inside = innards.find((pattern) => pattern.test(text));
  if (inside !== undefined) return `how it is made (${inside.exec(text)?.[0].trim().slice(0, 100)})`;
  return secrets.some((secret) => text.includes(secret)) ? "a secret" : null;
}

/**
 * What the runtime itself (workerd 1.20261023) writes about a request or a frame that never reached the Worker: a WebSocket
 * frame that breaks RFC 6455 or is longer than 32 MiB, a `Host` that is none, and CONNECT. And about audio that broke off.
 */
const ofTheRuntime = [
  /^workerd\/server\/\S+: error: Uncaught exception: kj\/compat\/http\.c\+\+:\d+: failed: remote\.jsg\.Error: WebSocket protocol error; protocolError\.statusCode = (?:1002|1009); /,
  /^workerd\/server\/\S+: error: Uncaught exception: workerd\/jsg\/value\.h:\d+: failed: remote\.jsg\.TypeError: Invalid URL string\.$/,
  /^workerd\/server\/\S+: error: Uncaught exception: workerd\/api\/global-scope\.c\+\+:\d+: failed: remote\.jsg\.Error: Handler does not export a connect\(\) function\.$/,
  /^Received a connect event but we lack a handler\. Did you remember to export a connect\(\) function\?$/,
  // Its close for a broken frame meets a message that is just being sent.
  /^workerd\/jsg\/util\.c\+\+:\d+: error: e = kj\/compat\/http\.c\+\+:\d+: failed: expected !currentlySending; /,
  /^stack: \S+\/workerd@[0-9a-f]+ /,
  // How the Worker breaks off audio that cannot go on: the body ends with an error.
  /^workerd\/server\/\S+: error: Uncaught exception: workerd\/jsg\/value\.h:\d+: failed: remote\.jsg\.Error: ChunkFailure: Chunk \d+ failed: \w+\.$/,
];
const failures =
  /uncaught|unhandled|member_failed|request_failed|room_failed|internal error|exception|^\s+at |Error\b/i;

/** Reads a log as it grows, and says which of its lines must not be there. */
export class LogWatch {
  readonly #path: string;
  readonly #secrets: readonly string[];
  #read = 0;

  constructor(path: string, secrets: readonly string[]) {
    this.#path = path;
    this.#secrets = secrets;
  }

  /** Of the lines that are new since the last time. */
  problems(): string[] {
    const bytes = readFileSync(this.#path);
    const end = bytes.lastIndexOf("\n") + 1;
    const lines = bytes.toString("utf8", this.#read, end).split("\n");
    this.#read = Math.max(this.#read, end);
    return lines.flatMap((line) => this.#problem(line) ?? []);
  }

  #problem(line: string): string | null {
    if (line.toLowerCase().includes(confidential)) return `The log repeats what was said: ${line}`;
    if (this.#secrets.some((secret) => line.includes(secret))) return `The log has a secret: ${line}`;
    if (!failures.test(line) || ofTheRuntime.some((pattern) => pattern.test(line))) return null;
    return `The log tells of a failure: ${line}`;
  }
}
