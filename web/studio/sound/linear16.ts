/** One sample of -1…1 as a 16-bit number; what is louder is clipped. */
export function linear16(sample: number): number {
  return Math.round(Math.max(-1, Math.min(1, sample)) * 32_767);
}

/** -1…1 as 16-bit little-endian. */
export function toLinear16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, linear16(sample), true);
  });
  return bytes;
}
