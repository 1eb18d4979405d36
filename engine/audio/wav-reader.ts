import { isMp3Frame, nameContainer } from "./containers.ts";
import { type AudioFormat, SAMPLES, type SampleEncoding } from "./format.ts";

/** What the bytes so far have turned out to be. */
export type WavRead =
  | { kind: "waiting" }
  | { kind: "audio"; format: AudioFormat; bytes: Uint8Array }
  /** `reason` is a clause: "the audio is Ogg". */
  | { kind: "undecodable"; reason: string };

/** Takes a WAV stream out of its container, however its header is split. */
export type WavReader = { read(bytes: Uint8Array): WavRead };

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const MIN_FORMAT_BYTES = 16;
/** The longest form in use has 40. */
const MAX_FORMAT_BYTES = 1024;
/** Pictures and notes may stand before the audio; what goes on for longer than this is no header. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** What encoders write as the length of audio they have not counted yet. */
const OPEN_LENGTHS: ReadonlySet<number> = new Set([0, 0xffff_ffff]);

const MAX_CHANNELS = 20;
const MIN_RATE = 8000;
const MAX_RATE = 192_000;

export function createWavReader(): WavReader {
  /** Bytes of the header that are not understood yet. */
  let held = new Uint8Array(0);
  let headerBytes = 0;
  let isRiff = false;
  let toSkip = 0;
  let format: AudioFormat | null = null;
  /** Audio still to come in the `data` chunk; `null` before it. What follows it is not heard. */
  let audioLeft: number | null = null;

  const take = (count: number): Uint8Array => {
    const taken = held.subarray(0, count);
    held = held.subarray(count);
    headerBytes += taken.length;
    return taken;
  };

  /** Reads one part of the header: `null` when it took one, else why it cannot. */
  const readPart = (): WavRead | null => {
    if (headerBytes > MAX_HEADER_BYTES) return undecodable("the WAV header has no audio behind it");
    if (toSkip > 0) {
      if (held.length === 0) return { kind: "waiting" };
      toSkip -= take(toSkip).length;
      return null;
    }
    if (!isRiff) return readRiff();
    if (held.length < CHUNK_HEADER_BYTES) return { kind: "waiting" };
    const id = text(held, 0);
    const length = viewOf(held).getUint32(4, true);
    if (id === "data") {
      if (format === null) return undecodable("the WAV header does not say what its audio is");
      take(CHUNK_HEADER_BYTES);
      audioLeft = OPEN_LENGTHS.has(length) ? Number.POSITIVE_INFINITY : length;
      return null;
    }
    if (id !== "fmt ") {
      take(CHUNK_HEADER_BYTES);
      toSkip = length + (length % 2);
      return null;
    }
    if (length < MIN_FORMAT_BYTES || length > MAX_FORMAT_BYTES)
      return undecodable("the WAV header is damaged");
    if (held.length < CHUNK_HEADER_BYTES + length) return { kind: "waiting" };
    take(CHUNK_HEADER_BYTES);
    format = readFormat(viewOf(take(length)));
    return format === null ? undecodable("the WAV holds samples of a kind that is not read") : null;
  };

  const readRiff = (): WavRead | null => {
    const id = text(held, 0);
    if (!"RIFF".startsWith(id) && !"RF64".startsWith(id)) {
      const name = nameContainer(held) ?? (isMp3Frame(held) ? "MP3" : null);
      return undecodable(
        name === null ? "the audio is in no container that is known" : `the audio is ${name}`,
      );
    }
    if (held.length < RIFF_HEADER_BYTES) return { kind: "waiting" };
    if (text(held, 8) !== "WAVE") return undecodable("the audio is no WAV");
    take(RIFF_HEADER_BYTES);
    isRiff = true;
    return null;
  };

  return {
    read(bytes) {
      if (format !== null && audioLeft !== null) {
        const audio = bytes.subarray(0, audioLeft);
        audioLeft -= audio.length;
        return { kind: "audio", format, bytes: audio };
      }
      const longer = new Uint8Array(held.length + bytes.length);
      longer.set(held);
      longer.set(bytes, held.length);
      held = longer;
      while (format === null || audioLeft === null) {
        const stopped = readPart();
        if (stopped !== null) return stopped;
      }
      const audio = held.subarray(0, audioLeft);
      audioLeft -= audio.length;
      held = new Uint8Array(0);
      return { kind: "audio", format, bytes: audio };
    },
  };
}

function undecodable(reason: string): WavRead {
  return { kind: "undecodable", reason };
}

/** Format tags of `fmt ` chunks, with the bits of a sample. */
const ENCODINGS: ReadonlyMap<string, SampleEncoding> = new Map([
  ["1/8", "unsigned8"],
  ["1/16", "linear16"],
  ["1/24", "linear24"],
  ["1/32", "linear32"],
  ["3/32", "float32"],
  ["6/8", "alaw"],
  ["7/8", "mulaw"],
]);
const EXTENSIBLE_TAG = 0xfffe;
/** Where the extensible form has the tag itself: the first two bytes of its sub-format's id. */
const SUBFORMAT_AT = 24;

function readFormat(view: DataView): AudioFormat | null {
  const outer = view.getUint16(0, true);
  const extended = outer === EXTENSIBLE_TAG && view.byteLength >= SUBFORMAT_AT + 2;
  const tag = extended ? view.getUint16(SUBFORMAT_AT, true) : outer;
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const encoding = ENCODINGS.get(`${tag}/${view.getUint16(14, true)}`);
  if (encoding === undefined || channels < 1 || channels > MAX_CHANNELS) return null;
  if (sampleRate < MIN_RATE || sampleRate > MAX_RATE) return null;
  if (view.getUint16(12, true) !== channels * SAMPLES[encoding].bytes) return null;
  return { encoding, sampleRate, channels };
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
