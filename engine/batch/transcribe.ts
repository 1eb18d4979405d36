import { createHash } from "node:crypto";
import { type AudioFormat, bytesPerSecond } from "../audio/format.ts";
import { createOpener } from "../audio/opener.ts";
import type { Judge } from "../listen/intake.ts";
import type { WireWord } from "../listen/messages.ts";
import type { RecognitionOptions } from "../listen/recognition-query.ts";
import { LiveSession } from "../listen/session.ts";
import type { Scheduler } from "../recognise/scheduler.ts";

export type BatchEars = { judge: Judge; scheduler: Pick<Scheduler, "batch"> };

/** What was heard in a recording. */
export type Transcription = {
  sha256: string;
  durationSeconds: number;
  channels: number;
  transcript: string;
  words: WireWord[];
};

/** The pause that ends a stretch recognised as one, as on a live stream with Deepgram's default. */
const ENDPOINTING_MS = 10;

/**
 * Recognises a recording while it comes in: as a live stream without interims and behind all live streams, taking no more
 * of it than is worked on, so that it needs no more memory than they do. `null` when it is no audio.
 */
export async function transcribe(
  chunks: AsyncIterable<Uint8Array>,
  options: RecognitionOptions,
  ears: BatchEars,
  signal: AbortSignal,
): Promise<Transcription | null> {
  const hash = createHash("sha256");
  const opener = createOpener(options.audio);
  const stopped = Promise.withResolvers<never>();
  stopped.promise.catch(() => undefined);
  const stop = () => stopped.reject(signal.reason);
  const heard: Heard = { transcripts: [], words: [] };
  let format: AudioFormat | null = null;
  let recording: Recording | null = null;
  let audioBytes = 0;
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    for await (const chunk of chunks) {
      hash.update(chunk);
      const read = opener.read(chunk);
      if (read.kind === "undecodable") return null;
      if (read.kind === "waiting") continue;
      format = read.format;
      recording ??= record(read.format, options, ears, heard, stopped.reject);
      if (read.bytes.length === 0) continue;
      audioBytes += read.bytes.length;
      await Promise.race([recording.feed(read.bytes), stopped.promise]);
    }
    if (recording === null || format === null) return null;
    await Promise.race([recording.session.finish(), stopped.promise]);
    return {
      sha256: hash.digest("hex"),
      durationSeconds: audioBytes / bytesPerSecond(format),
      channels: format.channels,
      transcript: heard.transcripts.join(" "),
      words: heard.words,
    };
  } finally {
    signal.removeEventListener("abort", stop);
    recording?.session.stop();
  }
}

type Heard = { transcripts: string[]; words: WireWord[] };
type Recording = { session: LiveSession; feed(bytes: Uint8Array): Promise<void> };

function record(
  format: AudioFormat,
  recognition: RecognitionOptions,
  { judge, scheduler }: BatchEars,
  heard: Heard,
  onFailure: (error: unknown) => void,
): Recording {
  let caughtUp = Promise.withResolvers<void>();
  caughtUp.resolve();
  const options = {
    ...recognition,
    interimResults: false,
    endpointingMs: ENDPOINTING_MS,
    utteranceEndMs: null,
    vadEvents: false,
  };
  const session = new LiveSession(options, format, "", {
    judge,
    scheduler: {
      final: scheduler.batch,
      // Its turn never comes: nobody waits for interims.
      interim: () => new Promise(() => undefined),
    },
    send(message) {
      if (message.type !== "Results" || !message.is_final) return;
      const [said] = message.channel.alternatives;
      if (said === undefined || said.words.length === 0) return;
      heard.transcripts.push(said.transcript);
      heard.words.push(...said.words);
    },
    setReading(reading) {
      if (reading) caughtUp.resolve();
      else caughtUp = Promise.withResolvers();
    },
    onFailure,
  });
  return {
    session,
    feed(bytes) {
      session.feed(bytes);
      return caughtUp.promise;
    },
  };
}
