import { Worker } from "node:worker_threads";
import * as v from "valibot";

const answerSchema = v.variant("type", [
  v.object({ type: v.literal("ready") }),
  v.object({ type: v.literal("answer"), id: v.number(), value: v.unknown() }),
  v.object({ type: v.literal("failure"), id: v.number(), message: v.string() }),
]);

/** A worker thread that answers one question at a time, in order. */
export type Thread<Question, Answer> = {
  /** Resolves when the thread has loaded what it needs. */
  ready: Promise<void>;
  ask(question: Question, transfer?: ArrayBuffer[]): Promise<Answer>;
  close(): Promise<void>;
};

/**
 * Starts `file` as a worker thread. Its answers are checked by `parse`. When the thread dies, everything asked of it is
 * rejected, now and later; `onDeath` is told once. `workerData` is there for the file to read when it starts.
 */
export function startThread<Question, Answer>(
  file: URL,
  parse: (value: unknown) => Answer,
  onDeath: (error: Error) => void,
  workerData?: unknown,
): Thread<Question, Answer> {
  // Node warns that WASI is experimental; whoever runs the engine can do nothing about it.
  const worker = new Worker(file, { execArgv: ["--no-warnings"], workerData });
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  const ready = Promise.withResolvers<void>();
  let lastId = 0;
  let dead: Error | null = null;
  let closing = false;

  const die = (error: Error) => {
    if (dead !== null) return;
    dead = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
    ready.reject(error);
    if (!closing) onDeath(error);
  };
  worker.on("error", (error) => die(error instanceof Error ? error : new Error(String(error))));
  worker.on("exit", (code) => die(new Error(`worker thread ended with code ${code}`)));
  worker.on("message", (raw: unknown) => {
    const message = v.parse(answerSchema, raw);
    if (message.type === "ready") return ready.resolve();
    const question = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "failure") question?.reject(new Error(message.message));
    else question?.resolve(parse(message.value));
  });
  // A failure before anybody waits for `ready` is still reported through `onDeath`.
  ready.promise.catch(() => undefined);

  return {
    ready: ready.promise,
    ask(question, transfer = []) {
      if (dead !== null) return Promise.reject(dead);
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, question }, transfer);
      });
    },
    async close() {
      closing = true;
      await worker.terminate();
    },
  };
}
