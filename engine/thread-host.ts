import { parentPort } from "node:worker_threads";
import * as v from "valibot";

const requestSchema = v.object({ id: v.number(), question: v.unknown() });

/** The inside of a worker thread: answers questions one after the other, once `prepare` has made the answering function. */
export async function serveThread<Question>(
  parse: (question: unknown) => Question,
  prepare: () => Promise<(question: Question) => Promise<unknown>>,
): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("this file runs as a worker thread");
  const answer = await prepare();
  let last: Promise<void> = Promise.resolve();
  port.on("message", (raw: unknown) => {
    const { id, question } = v.parse(requestSchema, raw);
    last = last.then(async () => {
      try {
        port.postMessage({ type: "answer", id, value: await answer(parse(question)) });
      } catch (error) {
        port.postMessage({
          type: "failure",
          id,
          message: error instanceof Error ? error.message : String(error),
        });
      }
    });
  });
  port.postMessage({ type: "ready" });
}
