/** What stands in a WAV header for a length that is not known yet: the largest, so that players read to the end. */
const OPEN_LENGTH = 0xffff_ffff;
const HEADER_BYTES = 44;

const FORMATS = {
  linear16: { tag: 1, bytes: 2 },
  alaw: { tag: 6, bytes: 1 },
  mulaw: { tag: 7, bytes: 1 },
};

/**
 * The 44-byte header of a mono WAV stream whose length is not known when it begins. The size fields hold the largest
 * number, as other streaming encoders write it.
 */
export function openWavHeader(sampleRate: number, encoding: keyof typeof FORMATS = "linear16"): Uint8Array {
  const { tag, bytes } = FORMATS[encoding];
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  const ascii = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  ascii(0, "RIFF");
  view.setUint32(4, OPEN_LENGTH, true);
  ascii(8, "WAVE");
  ascii(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, tag, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * bytes, true);
  view.setUint16(32, bytes, true);
  view.setUint16(34, bytes * 8, true);
  ascii(36, "data");
  view.setUint32(40, OPEN_LENGTH, true);
  return header;
}
