import { SAMPLES, type SampleEncoding } from "./format.ts";

/**
 * Turns a byte stream of interleaved samples into mono samples between -1 and 1. Frames may end anywhere, also inside a
 * sample; several channels are averaged.
 */
export type PcmReader = { read(bytes: Uint8Array): Float32Array };

export function createPcmReader(channels: number, encoding: SampleEncoding = "linear16"): PcmReader {
  const sample = SAMPLES[encoding];
  const bytesPerFrame = sample.bytes * channels;
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
          sum += sample.read(view, frame * bytesPerFrame + channel * sample.bytes);
        }
        mono[frame] = sum / channels;
      }
      return mono;
    },
  };
}

/** Mono samples between -1 and 1 as 16-bit ones; louder ones are clipped. */
export function toInt16(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) =>
    Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))),
  );
}

/** Mono samples between -1 and 1 as 16-bit little-endian bytes; louder ones are clipped. */
export function toLinear16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of toInt16(samples).entries()) view.setInt16(index * 2, sample, true);
  return bytes;
}
