/**
 * ITU-T G.711: 16-bit samples as one byte each, finer for quiet ones than for loud ones. µ-law is North America's and
 * Japan's, A-law everybody else's.
 */

/** µ-law's segments begin at powers of two once this is added. */
const MULAW_BIAS = 132;
const MULAW_LOUDEST = 32_635;
/** A-law inverts every other bit, so that silence on the line is no run of zeros. */
const ALAW_MASK = 0x55;
const SIGN = 0x80;

export function decodeMulaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, mulawSample);
}

export function decodeAlaw(bytes: Uint8Array): Int16Array {
  return Int16Array.from(bytes, alawSample);
}

export function encodeMulaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, mulawCode);
}

export function encodeAlaw(samples: Int16Array): Uint8Array {
  return Uint8Array.from(samples, alawCode);
}

/** The sample one µ-law code stands for. */
export function mulawSample(code: number): number {
  const bits = ~code;
  const magnitude = ((((bits & 0x0f) << 3) + MULAW_BIAS) << ((bits & 0x70) >> 4)) - MULAW_BIAS;
  return bits & SIGN ? -magnitude : magnitude;
}

function mulawCode(sample: number): number {
  const magnitude = Math.min(Math.abs(sample), MULAW_LOUDEST) + MULAW_BIAS;
  const segment = topBit(magnitude) - 7;
  const step = (magnitude >> (segment + 3)) & 0x0f;
  return ~((sample < 0 ? SIGN : 0) | (segment << 4) | step) & 0xff;
}

/** The sample one A-law code stands for. */
export function alawSample(code: number): number {
  const bits = code ^ ALAW_MASK;
  const segment = (bits & 0x70) >> 4;
  const step = (bits & 0x0f) << 4;
  const magnitude = segment === 0 ? step + 8 : (step + 0x108) << (segment - 1);
  return bits & SIGN ? magnitude : -magnitude;
}

function alawCode(sample: number): number {
  const magnitude = sample < 0 ? ~sample : sample;
  const segment = Math.max(0, topBit(magnitude) - 7);
  const step = (magnitude >> Math.max(4, segment + 3)) & 0x0f;
  return ((sample < 0 ? 0 : SIGN) | (segment << 4) | step) ^ ALAW_MASK;
}

/** The place of the highest bit that is set. */
function topBit(value: number): number {
  return 31 - Math.clz32(value);
}
