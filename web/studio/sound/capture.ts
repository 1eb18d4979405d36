import * as v from "valibot";
import { deferred } from "../../../client/deferred.ts";
import workletUrl from "./capture.worklet.ts?worker&url";
import { createQueue } from "./queue.ts";
import { type LiveSound, SoundError, type SoundHooks } from "./sound.ts";

/** Where the sound comes from. */
export type CaptureSource = {
  /** Makes it ready to be heard. `end` is called when it ends by itself, with the reason where that is not its way. */
  connect(context: AudioContext, end: (error: SoundError | null) => void): AudioNode;
  /** Gives back what it holds; may be called more than once. */
  close(): void;
};

const cannotListen = "The browser could not listen to this sound. Reload the page and try again.";
const standsStill =
  "The browser does not start its sound. Connect loudspeakers or headphones, reload the page and try again.";

const PieceSchema = v.object({
  audio: v.instance(ArrayBuffer),
  /** Before the end of this piece. */
  stoodStillMs: v.number(),
  isLast: v.boolean(),
});

/** The audio thread answers within milliseconds, unless it stands still. */
const finishMaxMs = 1_000;
/** Where sound may not run, a browser leaves the question open for ever. */
const resumeMaxMs = 5_000;

/**
 * Hears a source on the audio thread, at the pace of its clock, until stopped or until it ends. Neither a page that is busy
 * nor one in the background loses anything, and stopping hands on all that was heard by then. Throws a `SoundError`; the
 * source and the context are closed then.
 */
export async function capture(
  context: AudioContext,
  source: CaptureSource,
  hooks: SoundHooks,
): Promise<LiveSound> {
  const queue = createQueue();
  const ended = deferred<SoundError | null>();
  let node: AudioWorkletNode | null = null;
  let isEnding = false;
  let handleLast = (): void => {};

  function close(error: SoundError | null): void {
    source.close();
    if (context.state !== "closed") void context.close();
    queue.end(error);
    ended.resolve(error);
  }

  /** Pieces that wait for this thread come before the last one, which is asked for now. */
  function end(error: SoundError | null): void {
    if (isEnding) return;
    isEnding = true;
    if (node === null) {
      close(error);
      return;
    }
    const timer = setTimeout(() => close(error), finishMaxMs);
    handleLast = () => {
      clearTimeout(timer);
      close(error);
    };
    node.port.postMessage("finish");
  }

  function handlePiece(data: unknown): void {
    const piece = v.parse(PieceSchema, data);
    const audio = new Uint8Array(piece.audio);
    if (piece.stoodStillMs > 0) hooks.stoodStill(piece.stoodStillMs);
    if (audio.length > 0) {
      hooks.heard(audio);
      queue.push(audio);
    }
    if (piece.isLast) handleLast();
  }

  try {
    await context.audioWorklet.addModule(workletUrl);
    await resumed(context);
    node = new AudioWorkletNode(context, "capture", {
      channelCount: 1,
      channelCountMode: "explicit",
      numberOfOutputs: 1,
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }: MessageEvent<unknown>) => handlePiece(data);
    source.connect(context, end).connect(node);
    // What it puts out is silence; but a browser may leave out what is not connected to the end.
    node.connect(context.destination);
  } catch (error) {
    close(null);
    if (error instanceof SoundError) throw error;
    throw new SoundError(cannotListen);
  }
  context.addEventListener("statechange", () => {
    if (isEnding || context.state === "running" || context.state === "closed") return;
    // A phone call, or another device for the loudspeakers. Where it is in vain, the meter tells of silence.
    context.resume().catch(() => {});
  });
  return { audio: queue.items, ended: ended.promise, stop: () => end(null) };
}

async function resumed(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SoundError(standsStill)), resumeMaxMs);
  });
  try {
    await Promise.race([context.resume(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Hears a stream of the browser's. When it ends by itself, `endedWords` say so. Throws like `capture`. */
export async function captureStream(
  stream: MediaStream,
  endedWords: string,
  hooks: SoundHooks,
): Promise<LiveSound> {
  const source: CaptureSource = {
    connect(context, end) {
      for (const track of stream.getAudioTracks()) {
        track.addEventListener("ended", () => end(new SoundError(endedWords)));
      }
      return context.createMediaStreamSource(stream);
    },
    close() {
      for (const track of stream.getTracks()) track.stop();
    },
  };
  return capture(openContext(source), source, hooks);
}

function openContext(source: CaptureSource): AudioContext {
  try {
    // At the rate of the device: Firefox connects no microphone to a context of another rate.
    return new AudioContext();
  } catch {
    // Browsers give a page a few of them only.
    source.close();
    throw new SoundError(cannotListen);
  }
}
