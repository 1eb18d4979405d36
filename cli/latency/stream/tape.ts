import { readFileSync } from "node:fs";
import * as v from "valibot";
import { messageOf, UserError } from "../../errors.ts";

const Seconds = v.pipe(v.number(), v.minValue(0));
const Ms = v.number();
const SpanSchema = v.pipe(v.tuple([Seconds, Seconds]), v.readonly());
/** From and to, seconds of audio. */
export type Span = v.InferOutput<typeof SpanSchema>;

/** All that happened while a recording was streamed: whatever is told of it is made of this alone. */
export const TapeSchema = v.object({
  version: v.literal(1),
  /** Where to, without any key: of its query only what says how it is to be listened. */
  url: v.pipe(v.string(), v.url()),
  audio: v.object({ file: v.string(), seconds: Seconds }),
  /** From asking for the socket to its being open; with the lookup, TCP and TLS. */
  connect_ms: v.pipe(v.number(), v.minValue(0)),
  /** When it was open, epoch milliseconds; all other times count from there. */
  opened: v.number(),
  /** Seconds of audio that had been sent, and when. */
  sent: v.array(v.pipe(v.tuple([Seconds, Ms]), v.readonly())),
  /** Where somebody speaks in the recording, and who says so. */
  speech: v.object({ by: v.string(), spans: v.array(SpanSchema) }),
  messages: v.array(
    v.object({
      /** Milliseconds since `opened`. */
      received: Ms,
      /** Seconds of audio sent by then. */
      audio_cursor: Seconds,
      /** As it came. */
      message: v.record(v.string(), v.unknown()),
    }),
  ),
});
export type Tape = Readonly<v.InferOutput<typeof TapeSchema>>;
export type TapeEntry = Tape["messages"][number];

/** Reads what `--out` wrote. */
export function readTape(file: string): Tape {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
  const parsed = v.safeParse(TapeSchema, read);
  if (parsed.success) return parsed.output;
  const where = v.getDotPath(parsed.issues[0]) ?? "it";
  throw new UserError(
    `${file} is no tape of captionwire latency stream: ${where}: ${parsed.issues[0].message}`,
  );
}
