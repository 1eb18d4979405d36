import { joined } from "../bytes.ts";
import type { SampleFormat } from "./formats.ts";

/** Bytes of samples, cut anywhere, to samples of -1…1: half a sample waits for its other half. */
export function createDecoder(
  encoding: SampleFormat["encoding"],
): (piece: Uint8Array) => Float32Array<ArrayBuffer> {
  switch (encoding) {
    case "linear16":
      return linear16Decoder();
    case "mulaw":
      return codeDecoder(mulawSample);
    case "alaw":
      return codeDecoder(alawSample);
  }
}

function linear16Decoder(): (piece: Uint8Array) => Float32Array<ArrayBuffer> {
  let half: Uint8Array = new Uint8Array(0);
  return (piece) => {
    const bytes = half.length === 0 ? piece : joined(half, piece);
    const samples = new Float32Array(bytes.length >> 1);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < samples.length; at++) samples[at] = view.getInt16(at * 2, true) / 32_768;
    half = bytes.slice(samples.length * 2);
    return samples;
  };
}

/** For one byte a sample. */
function codeDecoder(sampleOf: (code: number) => number): (piece: Uint8Array) => Float32Array<ArrayBuffer> {
  const table = Float32Array.from({ length: 256 }, (_, code) => sampleOf(code) / 32_768);
  return (piece) => {
    const samples = new Float32Array(piece.length);
    piece.forEach((code, at) => {
      samples[at] = table[code] ?? 0;
    });
    return samples;
  };
}

/** ITU-T G.711: sign, three bits of exponent, four of mantissa. µ-law stands inverted on the wire. */
function mulawSample(code: number): number {
  const bits = ~code & 0xff;
  const exponent = (bits >> 4) & 7;
  const magnitude = (((bits & 0x0f) << 3) + 0x84) * 2 ** exponent - 0x84;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}

/** A-law has every other bit inverted, and its sign bit set for what is positive. */
function alawSample(code: number): number {
  const bits = code ^ 0x55;
  const exponent = (bits >> 4) & 7;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? step : (step + 0x100) * 2 ** (exponent - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}
