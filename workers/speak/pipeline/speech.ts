import { StitchError, type Stitcher } from "../stitch/index.ts";
import type { Begun } from "./attempt.ts";
import { type ChunkOrder, type Context, type OpenChunk, openChunk } from "./chunk.ts";
import { ChunkFailure } from "./failure.ts";

/** A text that is being spoken. */
export type Speech = {
  /** How the first chunk was answered. */
  readonly first: Pick<Begun, "headers" | "cache">;
  /** The audio, as it is asked for. Throws a `ChunkFailure` where it cannot go on, and ends all that is under way; the reason of the stop after a stop. */
  readonly audio: AsyncGenerator<Uint8Array, void, void>;
};

/**
 * Speaks chunk after chunk as one stream; resolves when the first audio is here. Throws a `ChunkFailure` before.
 *
 * The chunk behind the one being taken is asked for once the first audio of that one was taken: early enough for a
 * listener at 1×, who has the whole of it to hear, and no other chunk is on its way. Nothing is asked for a listener
 * who takes nothing.
 */
export async function startSpeech(
  chunks: Iterator<ChunkOrder, void>,
  stitcher: Stitcher,
  context: Context,
): Promise<Speech> {
  const first = openNext(chunks, context);
  if (first === null) throw new Error("There is nothing to speak.");
  return {
    first: await first.begun,
    audio: stoppingWith(speak(first, chunks, stitcher, context), context.stop),
  };
}

/** When the audio cannot go on, nobody hears the rest of its chunk, nor the one ahead of it. */
async function* stoppingWith<T>(audio: AsyncGenerator<T, void, void>, stop: AbortController) {
  try {
    yield* audio;
  } catch (error) {
    stop.abort();
    throw error;
  }
}

async function* speak(
  first: OpenChunk,
  chunks: Iterator<ChunkOrder, void>,
  stitcher: Stitcher,
  context: Context,
): AsyncGenerator<Uint8Array, void, void> {
  const { tally } = context;
  let next: OpenChunk | null = first;
  while (next !== null) {
    const current: OpenChunk = next;
    next = null;
    for (let isHeard = false; ; ) {
      const bytes = await current.read();
      const ready = stitched(current, () => (bytes === null ? stitcher.endChunk() : stitcher.push(bytes)));
      if (ready.length > 0) yield ready;
      // Whoever asks for more has taken what was given.
      tally.bytesDelivered += ready.length;
      if (!isHeard && (ready.length > 0 || bytes === null)) {
        isHeard = true;
        // Nobody will hear what comes behind a chunk that broke.
        next = current.isBroken() ? null : openNext(chunks, context);
      }
      if (bytes === null) break;
    }
    tally.delivered(current.order);
  }
  const end = stitcher.finish();
  if (end.length > 0) yield end;
  tally.bytesDelivered += end.length;
}

function stitched(chunk: OpenChunk, work: () => Uint8Array): Uint8Array {
  try {
    return work();
  } catch (error) {
    throw error instanceof StitchError ? new ChunkFailure({ kind: "unfit" }, chunk.order.number) : error;
  }
}

function openNext(chunks: Iterator<ChunkOrder, void>, context: Context): OpenChunk | null {
  const { done, value } = chunks.next();
  return done === true ? null : openChunk(value, context);
}
