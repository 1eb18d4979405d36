import { createReadStream } from "node:fs";
import { readWavHead } from "../../client/index.ts";
import { type AudioFormat, bytesToSamples, frameBytes, samplesToMs } from "../../shared/audio.ts";
import { messageOf, UserError } from "../errors.ts";

/** Audio as it comes, in whole sample frames. */
export type AudioSource = {
  readonly format: AudioFormat;
  /** Milliseconds of sound altogether; `null` where only the end will tell. */
  readonly totalMs: number | null;
  readonly pieces: AsyncIterator<Uint8Array, undefined>;
};

/** Headers with pictures and lists in them are still shorter. */
const headMaxBytes = 1024 * 1024;
const readBytes = 16 * 1024;

/** A WAV file of any length: no more of it is held than is on its way. Throws a `UserError` for anything else. */
export function openFile(path: string): Promise<AudioSource> {
  return openAudio(bytesOf(createReadStream(path, { highWaterMark: readBytes }), path), null, path);
}

/** WAV, or raw audio of this format. */
export function openStdin(raw: AudioFormat): Promise<AudioSource> {
  return openAudio(bytesOf(process.stdin, "stdin"), raw, "stdin");
}

async function* bytesOf(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, undefined> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (error) {
    throw new UserError(`${name} cannot be read: ${messageOf(error)}`);
  }
}

/**
 * Answers once there is audio; throws a `UserError` when there will be none.
 *
 * @param raw what it is when it does not begin like a WAV file; `null`: then it is refused
 */
export async function openAudio(
  chunks: AsyncGenerator<Uint8Array, undefined>,
  raw: AudioFormat | null,
  name: string,
): Promise<AudioSource> {
  let held = new Uint8Array(0);
  const more = async (): Promise<boolean> => {
    const next = await chunks.next();
    if (next.done === true) return false;
    held = Buffer.concat([held, next.value]);
    return true;
  };
  while (held.length < 12 && (await more()));
  if (raw !== null && Buffer.from(held.subarray(0, 4)).toString("latin1") !== "RIFF") {
    const width = frameBytes(raw);
    if (held.length < width) throw new UserError(nothingIn(name));
    return { format: raw, totalMs: null, pieces: wholeFrames(held, chunks, width, null, (bytes) => bytes) };
  }
  try {
    let head = readWavHead(held);
    while (head === null && held.length < headMaxBytes && (await more())) head = readWavHead(held);
    if (head === null) throw new UserError(nothingIn(name));
    const { format, dataStart, dataBytes, frameBytes: width, read } = head;
    while (held.length < dataStart + width && (await more()));
    if (held.length < dataStart + width) throw new UserError(nothingIn(name));
    const samples = dataBytes === null ? null : Math.floor(dataBytes / width);
    return {
      format,
      totalMs: samples === null ? null : samplesToMs(samples, format),
      pieces: wholeFrames(held.subarray(dataStart), chunks, width, dataBytes, read),
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name}: ${messageOf(error)}`);
  }
}

function nothingIn(name: string): string {
  return name === "stdin"
    ? "stdin ended without any audio: what writes into the pipe may have failed."
    : `${name} holds no audio.`;
}

/** Keeps what was cut in two until its rest comes, and stops after `left` bytes: behind the audio a file may hold more. */
async function* wholeFrames(
  first: Uint8Array,
  chunks: AsyncIterable<Uint8Array>,
  width: number,
  left: number | null,
  read: (audio: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array, undefined> {
  let torn = first;
  let rest = left ?? Number.POSITIVE_INFINITY;
  const take = (): Uint8Array => {
    const whole = Math.min(torn.length, rest);
    const bytes = torn.subarray(0, whole - (whole % width));
    torn = torn.subarray(bytes.length);
    rest -= bytes.length;
    return read(bytes);
  };
  const begin = take();
  if (begin.length > 0) yield begin;
  for await (const chunk of chunks) {
    torn = torn.length === 0 ? chunk : Buffer.concat([torn, chunk]);
    const piece = take();
    if (piece.length > 0) yield piece;
    if (rest < width) return;
  }
}

/** Milliseconds of sound. */
export function lengthMs(audio: Uint8Array, format: AudioFormat): number {
  return (bytesToSamples(audio.length, format) * 1000) / format.sampleRate;
}
