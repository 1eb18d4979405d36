/** The part of a stream that is still needed, addressed by positions (samples since the stream began). */
export type Recording = {
  /** The position after the last sample. */
  end(): number;
  append(samples: Float32Array): void;
  /** A copy of the samples from `from` (clamped to what is kept) to `to`. */
  copy(from: number, to: number): Float32Array;
  /** Allows everything before `position` to be given up. */
  forgetBefore(position: number): void;
};

const FIRST_CAPACITY_SAMPLES = 16_000;

export function createRecording(): Recording {
  let store = new Float32Array(FIRST_CAPACITY_SAMPLES);
  let base = 0;
  let length = 0;
  return {
    end: () => base + length,
    append(samples) {
      if (length + samples.length > store.length) {
        const larger = new Float32Array(Math.max(store.length * 2, length + samples.length));
        larger.set(store.subarray(0, length));
        store = larger;
      }
      store.set(samples, length);
      length += samples.length;
    },
    copy(from, to) {
      return store.slice(Math.max(0, from - base), Math.max(0, Math.min(length, to - base)));
    },
    forgetBefore(position) {
      const count = Math.min(length, Math.max(0, position - base));
      store.copyWithin(0, count, length);
      base += count;
      length -= count;
    },
  };
}
