/** What stands in a WAV header for a length that is not known yet: the largest, so that players read to the end. */
const OPEN_LENGTH = 0xffff_ffff;
const HEADER_BYTES = 44;

/**
 * The 44-byte header of a mono 16-bit WAV stream whose length is not known when it begins. The size fields hold the
 * largest number, as other streaming encoders write it.
 */
export function openWavHeader(sampleRate: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  const ascii = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
  ascii(0, "RIFF");
  view.setUint32(4, OPEN_LENGTH, true);
  ascii(8, "WAVE");
  ascii(12, "fmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, OPEN_LENGTH, true);
  return header;
}
