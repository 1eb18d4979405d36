import { type AudioFormat, type Encoding, samplesToBytes } from "../../../shared/audio.ts";

/** The byte that sounds like nothing. In G.711 zero is written with its bits inverted (A-law: every second one). */
const quietByte: Record<Encoding, number> = { linear16: 0, mulaw: 0xff, alaw: 0xd5 };

export function silence(samples: number, format: AudioFormat): Uint8Array<ArrayBuffer> {
  return new Uint8Array(samplesToBytes(samples, format)).fill(quietByte[format.encoding]);
}
