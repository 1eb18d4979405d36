import { type AudioFormat, bytesToSamples, type Encoding, frameBytes } from "../../../shared/audio.ts";

/** Format tags of RFC 2361. */
const formatTags: Record<Encoding, number> = { linear16: 1, alaw: 6, mulaw: 7 };

/**
 * Raw audio as a WAV file. PCM has the header of 44 bytes that every reader knows; G.711 has one of 58, because other
 * formats must say that nothing extends theirs, and how many samples there are.
 */
export function wavFile(audio: Uint8Array, format: AudioFormat): Uint8Array<ArrayBuffer> {
  const isPcm = format.encoding === "linear16";
  const formatBytes = isPcm ? 16 : 18;
  const factBytes = isPcm ? 0 : 12;
  const audioAt = 12 + 8 + formatBytes + factBytes + 8;
  // Chunks begin at even bytes: an odd one is followed by one that does not count.
  const file = new Uint8Array(audioAt + audio.length + (audio.length % 2));
  const view = new DataView(file.buffer);
  const name = (at: number, text: string) => {
    for (let index = 0; index < text.length; index++) view.setUint8(at + index, text.charCodeAt(index));
  };
  name(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  name(8, "WAVEfmt ");
  view.setUint32(16, formatBytes, true);
  view.setUint16(20, formatTags[format.encoding], true);
  view.setUint16(22, format.channels, true);
  view.setUint32(24, format.sampleRate, true);
  view.setUint32(28, format.sampleRate * frameBytes(format), true);
  view.setUint16(32, frameBytes(format), true);
  view.setUint16(34, (frameBytes(format) / format.channels) * 8, true);
  // Behind G.711's format stand two zero bytes: the length of an extension it does not have.
  if (!isPcm) {
    name(38, "fact");
    view.setUint32(42, 4, true);
    view.setUint32(46, bytesToSamples(audio.length, format), true);
  }
  name(audioAt - 8, "data");
  view.setUint32(audioAt - 4, audio.length, true);
  file.set(audio, audioAt);
  return file;
}
