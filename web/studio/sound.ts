import type { AudioFormat } from "../../client/index.ts";

/** What every source of the studio delivers: enough for speech, and light on a slow uplink. */
export const soundFormat: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };

/** Sound as it is spoken: pieces come at real time until the source runs dry or is stopped. */
export type Sound = {
  readonly audio: AsyncIterable<Uint8Array>;
  /** Ends `audio` after what was already heard; may be called more than once. */
  stop(): void;
};

/** A reason why there is no sound, in words for whoever runs the studio. */
export class SoundError extends Error {}

/** -1…1 as 16-bit little-endian. */
export function toLinear16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, index) => {
    view.setInt16(index * 2, Math.max(-1, Math.min(1, sample)) * 32_767, true);
  });
  return bytes;
}
