import * as v from "valibot";
import { deferred } from "../../../client/deferred.ts";
import workletUrl from "./capture.worklet.ts?worker&url";
import { createQueue } from "./queue.ts";
import { type LiveSound, SoundError, type SoundHooks, soundFormat } from "./sound.ts";

const PieceSchema = v.object({
  audio: v.instance(ArrayBuffer),
  /** Until the end of this piece, since the capture began. */
  samples: v.number(),
  isLast: v.boolean(),
});

/** The audio thread answers within milliseconds, unless it stands still. */
const finishMaxMs = 1_000;

/**
 * Listens to the sound of a stream until stopped, or until it ends by itself, which is told in the words `endedWords`. Stopping
 * hands on what the audio thread has heard by then, however busy the page was. Throws a `SoundError`; the stream is stopped then.
 */
export async function capture(
  stream: MediaStream,
  endedWords: string,
  hooks: SoundHooks,
): Promise<LiveSound> {
  // At the rate of the device: Firefox connects no microphone to a context of another rate.
  const context = new AudioContext();
  const queue = createQueue();
  const ended = deferred<SoundError | null>();
  let node: AudioWorkletNode | null = null;
  let isEnding = false;
  let handleLast = (): void => {};
  let received = 0;

  function close(error: SoundError | null): void {
    for (const track of stream.getTracks()) track.stop();
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
    const missing = piece.samples - received - audio.length / 2;
    if (missing > 0) hooks.lost((missing * 1000) / soundFormat.sampleRate);
    received = piece.samples;
    if (audio.length > 0) {
      hooks.heard(audio);
      queue.push(audio);
    }
    if (piece.isLast) handleLast();
  }

  try {
    await context.audioWorklet.addModule(workletUrl);
    await context.resume();
    node = new AudioWorkletNode(context, "capture", {
      channelCount: 1,
      channelCountMode: "explicit",
      numberOfOutputs: 1,
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }: MessageEvent<unknown>) => handlePiece(data);
    context.createMediaStreamSource(stream).connect(node);
    // What it puts out is silence; but a browser may leave out what is not connected to the end.
    node.connect(context.destination);
  } catch {
    close(null);
    throw new SoundError("The browser could not listen to this sound. Reload the page and try again.");
  }
  for (const track of stream.getAudioTracks()) {
    track.addEventListener("ended", () => end(new SoundError(endedWords)));
  }
  context.addEventListener("statechange", () => {
    if (isEnding || context.state === "running" || context.state === "closed") return;
    // A phone call, or another device for the loudspeakers. Where it is in vain, the meter tells of silence.
    context.resume().catch(() => {});
  });
  return { audio: queue.items, ended: ended.promise, stop: () => end(null) };
}
