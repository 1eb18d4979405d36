import type { PlainFormat } from "../formats.ts";

/** Stands for a length that is not known yet: the largest, so that players read to the end. */
const openLength = 0xffff_ffff;
const headerBytes = 44;

const codes = {
  linear16: { tag: 1, sampleBytes: 2 },
  alaw: { tag: 6, sampleBytes: 1 },
  mulaw: { tag: 7, sampleBytes: 1 },
} as const;

/**
 * The header of a mono WAV stream of unknown length. 44 bytes for G.711 too: a `fact` chunk would have to tell the number
 * of samples, and telephone software is known to skip exactly 44 bytes.
 */
export function openWavHeader({ encoding, sampleRate }: PlainFormat): Uint8Array {
  const { tag, sampleBytes } = codes[encoding];
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  const encoder = new TextEncoder();
  header.set(encoder.encode("RIFF"), 0);
  view.setUint32(4, openLength, true);
  header.set(encoder.encode("WAVEfmt "), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, tag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, sampleBytes * 8, true);
  header.set(encoder.encode("data"), 36);
  view.setUint32(40, openLength, true);
  return header;
}
