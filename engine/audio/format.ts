import { alawSample, mulawSample } from "./g711.ts";

/** How one sample is written. The first three are Deepgram's names for raw audio; the others are met inside WAV only. */
export type SampleEncoding =
  | "linear16"
  | "mulaw"
  | "alaw"
  | "unsigned8"
  | "linear24"
  | "linear32"
  | "float32";

/** What uncompressed audio is. Channels are interleaved. */
export type AudioFormat = { encoding: SampleEncoding; sampleRate: number; channels: number };

/** A sample between -1 and 1, and how many bytes it takes. Everything is little-endian. */
export const SAMPLES: Record<SampleEncoding, { bytes: number; read(view: DataView, at: number): number }> = {
  linear16: { bytes: 2, read: (view, at) => view.getInt16(at, true) / 32_768 },
  mulaw: { bytes: 1, read: (view, at) => mulawSample(view.getUint8(at)) / 32_768 },
  alaw: { bytes: 1, read: (view, at) => alawSample(view.getUint8(at)) / 32_768 },
  unsigned8: { bytes: 1, read: (view, at) => (view.getUint8(at) - 128) / 128 },
  linear24: {
    bytes: 3,
    read: (view, at) => (view.getInt16(at + 1, true) * 256 + view.getUint8(at)) / 8_388_608,
  },
  linear32: { bytes: 4, read: (view, at) => view.getInt32(at, true) / 2_147_483_648 },
  float32: { bytes: 4, read: (view, at) => bounded(view.getFloat32(at, true)) },
};

export function bytesPerSecond({ encoding, sampleRate, channels }: AudioFormat): number {
  return SAMPLES[encoding].bytes * sampleRate * channels;
}

/** Float samples can be anything; what is no number is silence. */
function bounded(sample: number): number {
  return Number.isNaN(sample) ? 0 : Math.max(-1, Math.min(1, sample));
}
