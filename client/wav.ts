import { type AudioFormat, type Encoding, frameBytes } from "../shared/audio.ts";
import { CaptionwireError } from "../shared/errors.ts";

export type Wav = {
  readonly format: AudioFormat;
  /** Whole sample frames, interleaved, without any header. */
  readonly data: Uint8Array;
};

type Layout = {
  readonly tag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
};

const tags = { pcm: 1, float: 3, alaw: 6, mulaw: 7, extensible: 0xfffe } as const;

/** A WAV file from its beginning up to its audio, which may still be on its way. */
export type WavHead = {
  readonly format: AudioFormat;
  /** Where the audio begins, and how much there is; `null` where its length is open. */
  readonly dataStart: number;
  readonly dataBytes: number | null;
  /** Bytes of one sample of every channel in the file. */
  readonly frameBytes: number;
  /** Audio of the file as audio of `format`; a cut sample at its end is left out. May share memory with `audio`. */
  read(audio: Uint8Array): Uint8Array;
};

/**
 * Reads a WAV file into audio that a room takes: 16-bit PCM, µ-law and A-law as they are; 8-, 24- and 32-bit PCM
 * and floating point turned into 16-bit PCM.
 *
 * Headers of streams, whose length is open (0 or 0xFFFFFFFF), and files cut short are read up to their end.
 * Throws a `bad_request` that says in words what is not supported. `data` may share memory with `bytes`.
 */
export function readWav(bytes: Uint8Array): Wav {
  const head = readWavHead(bytes);
  if (head === null) throw new CaptionwireError("bad_request", "The WAV file holds no audio.");
  const { format, dataStart, dataBytes, read } = head;
  const end = dataBytes === null ? bytes.length : dataStart + dataBytes;
  return { format, data: read(bytes.subarray(dataStart, Math.min(end, bytes.length))) };
}

/** The same for the beginning of a stream: `null` until enough of it is there. */
export function readWavHead(bytes: Uint8Array): WavHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || name(view, 0) !== "RIFF" || name(view, 8) !== "WAVE") {
    throw new CaptionwireError("bad_request", "This is not a WAV file.");
  }
  let layout: Layout | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(view, at) === "fmt ") {
      if (size >= 16 && body + size > bytes.length) return null;
      layout = readLayout(view, body, size);
    }
    if (name(view, at) === "data") {
      if (layout === null)
        throw new CaptionwireError("bad_request", "The WAV file does not describe its format.");
      const isOpen = size === 0 || size === 0xffff_ffff;
      return { ...reader(layout), dataStart: body, dataBytes: isOpen ? null : size };
    }
    // Chunks begin on even offsets.
    at = body + size + (size % 2);
  }
  return null;
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

function readLayout(view: DataView, at: number, size: number): Layout {
  if (size < 16) {
    throw new CaptionwireError("bad_request", "The WAV file's format is cut short.");
  }
  const tag = view.getUint16(at, true);
  const layout = {
    // An extensible header keeps the real tag in the first two bytes of its sub-format.
    tag: tag === tags.extensible && size >= 26 ? view.getUint16(at + 24, true) : tag,
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
  if (layout.channels < 1 || layout.channels > 2) {
    throw new CaptionwireError(
      "bad_request",
      `The WAV file has ${layout.channels} channels; 1 or 2 are supported.`,
    );
  }
  if (layout.sampleRate < 8_000 || layout.sampleRate > 48_000) {
    throw new CaptionwireError(
      "bad_request",
      `The WAV file has ${layout.sampleRate} samples a second; 8,000 to 48,000 are supported.`,
    );
  }
  return layout;
}

function reader(layout: Layout): Pick<WavHead, "format" | "frameBytes" | "read"> {
  const { tag, bits, channels, sampleRate } = layout;
  const asItIs = encodingOf(tag, bits);
  if (asItIs !== null) {
    const format = { encoding: asItIs, sampleRate, channels };
    const width = frameBytes(format);
    return {
      format,
      frameBytes: width,
      read: (audio) => audio.subarray(0, audio.length - (audio.length % width)),
    };
  }
  const sample = sampleReader(tag, bits);
  if (sample === null) {
    throw new CaptionwireError(
      "bad_request",
      `The WAV file's encoding (${tag}, ${bits} bit) is not supported.`,
    );
  }
  const width = bits / 8;
  return {
    format: { encoding: "linear16", sampleRate, channels },
    frameBytes: width * channels,
    read: (audio) =>
      toLinear16(audio, Math.floor(audio.length / (width * channels)) * channels, width, sample),
  };
}

function toLinear16(
  audio: Uint8Array,
  samples: number,
  width: number,
  sample: (view: DataView, at: number) => number,
): Uint8Array {
  const source = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  const data = new Uint8Array(samples * 2);
  const target = new DataView(data.buffer);
  for (let index = 0; index < samples; index++) {
    const value = Math.round(sample(source, index * width) * 32_768);
    target.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, value)), true);
  }
  return data;
}

function encodingOf(tag: number, bits: number): Encoding | null {
  if (tag === tags.pcm && bits === 16) return "linear16";
  if (tag === tags.mulaw && bits === 8) return "mulaw";
  if (tag === tags.alaw && bits === 8) return "alaw";
  return null;
}

/** Reads one sample as -1…1. */
function sampleReader(tag: number, bits: number): ((view: DataView, at: number) => number) | null {
  if (tag === tags.float && bits === 32) return (view, at) => view.getFloat32(at, true);
  if (tag === tags.float && bits === 64) return (view, at) => view.getFloat64(at, true);
  if (tag !== tags.pcm) return null;
  // 8-bit PCM alone is unsigned.
  if (bits === 8) return (view, at) => (view.getUint8(at) - 128) / 128;
  if (bits === 24)
    return (view, at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 65_536) / 8_388_608;
  if (bits === 32) return (view, at) => view.getInt32(at, true) / 2_147_483_648;
  return null;
}
