/** Stands for a length that is not known yet: the largest, so that players read to the end. */
const openLength = 0xffff_ffff;
const headerBytes = 44;

const codes = {
  linear16: { tag: 1, sampleBytes: 2 },
  alaw: { tag: 6, sampleBytes: 1 },
  mulaw: { tag: 7, sampleBytes: 1 },
} as const;

export type WavFormat = { readonly encoding: keyof typeof codes; readonly sampleRate: number };

/**
 * The header of a mono WAV file with so many bytes of samples, or of a stream whose length is open. 44 bytes for G.711 too: a
 * `fact` chunk would have to tell the number of samples, and telephone software is known to skip exactly 44 bytes.
 */
export function wavHeader(
  { encoding, sampleRate }: WavFormat,
  length: number | "open",
): Uint8Array<ArrayBuffer> {
  const { tag, sampleBytes } = codes[encoding];
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  header.set(ascii("RIFF"), 0);
  view.setUint32(4, length === "open" ? openLength : headerBytes - 8 + length, true);
  header.set(ascii("WAVEfmt "), 8);
  view.setUint32(16, 16, true);
  view.setUint16(20, tag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, sampleBytes * 8, true);
  header.set(ascii("data"), 36);
  view.setUint32(40, length === "open" ? openLength : length, true);
  return header;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}
