/**
 * Turns a byte stream of interleaved 16-bit little-endian samples into mono samples between -1 and 1. Frames may end
 * anywhere, also inside a sample; several channels are averaged.
 */
export type PcmReader = { read(bytes: Uint8Array): Float32Array };

export function createPcmReader(channels: number): PcmReader {
  const bytesPerFrame = 2 * channels;
  let rest = new Uint8Array(0);
  return {
    read(bytes) {
      const whole = new Uint8Array(rest.length + bytes.length);
      whole.set(rest);
      whole.set(bytes, rest.length);
      const frames = Math.floor(whole.length / bytesPerFrame);
      rest = whole.slice(frames * bytesPerFrame);
      const view = new DataView(whole.buffer);
      const mono = new Float32Array(frames);
      for (let frame = 0; frame < frames; frame++) {
        let sum = 0;
        for (let channel = 0; channel < channels; channel++) {
          sum += view.getInt16(frame * bytesPerFrame + channel * 2, true);
        }
        mono[frame] = sum / (channels * 32_768);
      }
      return mono;
    },
  };
}

/** Mono samples between -1 and 1 as 16-bit little-endian bytes; louder ones are clipped. */
export function toLinear16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of samples.entries()) {
    view.setInt16(index * 2, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true);
  }
  return bytes;
}
