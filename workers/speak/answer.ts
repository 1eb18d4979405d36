import type { Speech } from "./pipeline/speech.ts";

export type Ends = {
  /** The client has taken everything. */
  complete(): void;
  /** It cannot go on, the client being there or not. */
  failed(error: unknown): void;
  /** The client takes no more. */
  left(): void;
};

/** An error overtakes what the runtime was given just before and has not written yet (seen with workerd 1.20261023). */
const lastWriteMs = 100;

/**
 * The audio as a body that is filled only as the client takes it. Where it cannot go on it ends with an error: the
 * runtime then breaks the connection off instead of ending it, and the client can tell a torn text from a whole one
 * (workerd up to some time after 1.20260918 ended it like a whole one: cloudflare/workerd#6818).
 */
export function bodyOf({ audio }: Speech, ends: Ends): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await audio.next();
          if (done !== true) {
            controller.enqueue(value);
            return;
          }
          controller.close();
          ends.complete();
        } catch (error) {
          ends.failed(error);
          await scheduler.wait(lastWriteMs);
          controller.error(error);
        }
      },
      cancel() {
        ends.left();
      },
    },
    { highWaterMark: 0 },
  );
}
