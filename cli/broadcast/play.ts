import { type AudioFormat, msToSamples, samplesToBytes } from "../../shared/audio.ts";
import { type AudioSource, lengthMs } from "./source.ts";

export type PlayOptions = {
  readonly source: AudioSource;
  /** How far the audio may run ahead of the clock: none of a file, a little of what is heard live. */
  readonly aheadMs: number;
  readonly write: (frame: Uint8Array) => void;
  /** Settles when more may be written. */
  readonly room: () => Promise<void>;
  /** No more is taken after this. */
  readonly stop: AbortSignal;
};

const frameMs = 100;
/** What comes late is sent on at once; beyond this the clock is set anew, for the source has paused. */
const lateMaxMs = 30_000;
/** After the stop a live source may still hand over what it has heard. */
const lastPieceMs = 300;

/** Writes a source's audio no faster than it is spoken, 100 ms at a time, and answers how much was written. */
export async function playSource(options: PlayOptions): Promise<{ readonly playedMs: number }> {
  const { source, aheadMs, write, room, stop } = options;
  const { format, pieces } = source;
  /** When position 0 was, on the clock of `performance.now()`. */
  let origin: number | null = null;
  let playedMs = 0;
  for (;;) {
    const next = await beforeStop(pieces.next(), stop, lastPieceMs);
    if (next === "stopped" || next.done === true) break;
    for (const frame of framesOf(next.value, format)) {
      const endMs = playedMs + lengthMs(frame, format);
      const now = performance.now();
      origin = Math.max(origin ?? now, now - endMs - lateMaxMs);
      await sleep(origin + endMs - aheadMs - now, stop);
      await beforeStop(room(), stop, 0);
      // Audio that is ahead of the clock was not spoken yet when it was stopped.
      if (stop.aborted && origin + endMs - aheadMs > performance.now()) return { playedMs };
      write(frame);
      playedMs = endMs;
    }
  }
  return { playedMs };
}

function* framesOf(piece: Uint8Array, format: AudioFormat): Generator<Uint8Array> {
  const step = samplesToBytes(msToSamples(frameMs, format), format);
  for (let at = 0; at < piece.length; at += step) yield piece.subarray(at, at + step);
}

async function sleep(ms: number, stop: AbortSignal): Promise<void> {
  if (ms > 0) await beforeStop(new Promise((resolve) => setTimeout(resolve, ms)), stop, 0);
}

/** The work's result, or "stopped" when it takes longer than `graceMs` after the stop. */
async function beforeStop<T>(work: Promise<T>, stop: AbortSignal, graceMs: number): Promise<T | "stopped"> {
  let timer: NodeJS.Timeout | undefined;
  let begin = (): void => {};
  const stopped = new Promise<"stopped">((resolve) => {
    begin = () => {
      timer = setTimeout(() => resolve("stopped"), graceMs);
    };
    if (stop.aborted) begin();
    else stop.addEventListener("abort", begin, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    stop.removeEventListener("abort", begin);
    clearTimeout(timer);
  }
}
