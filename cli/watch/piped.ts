import { createInterface } from "node:readline";
import * as v from "valibot";
import { RoomNameSchema } from "../../shared/claims.ts";
import { UsageError, UserError } from "../errors.ts";

/** What `publish` writes to a pipe, as far as a reader needs it. */
const StartedSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal("started"),
    url: v.string(),
    room: RoomNameSchema,
    session: v.string(),
  }),
);
const FinishedSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ type: v.literal("finished"), version: v.number() }),
);

export type Piped = v.InferOutput<typeof StartedSchema> & {
  /** The version that holds the last words; never settles when the publisher left without them. */
  readonly lastVersion: Promise<number>;
  /** The publisher is gone, and had not finished. */
  readonly broken: Promise<void>;
};

/** Waits for a publisher at the other end of the pipe to begin. Throws a `UserError` when it leaves before, without a word. */
export async function readPublisher(input: NodeJS.ReadableStream): Promise<Piped> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) {
    throw new UserError(
      "Nothing came through the pipe: the publisher ended before it began, and says why itself.",
    );
  }
  const started = v.safeParse(StartedSchema, first.value);
  if (!started.success) {
    throw new UsageError(
      "Name a room, or pipe a publisher into it: captionwire publish FILE | captionwire watch",
    );
  }
  const finished = Promise.withResolvers<number>();
  const broken = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    for (;;) {
      const next = await lines.next();
      if (next.done === true) return broken.resolve();
      const parsed = v.safeParse(FinishedSchema, next.value);
      if (parsed.success) return finished.resolve(parsed.output.version);
    }
  };
  void read();
  return { ...started.output, lastVersion: finished.promise, broken: broken.promise };
}
