import { MPEGDecoder } from "mpg123-decoder";
import { OggOpusDecoder } from "ogg-opus-decoder";

export type Decoded = { readonly samples: Float32Array; readonly sampleRate: number };

/** Decodes a whole file; throws when the decoder finds anything wrong with it. */
export async function decodeMp3(bytes: Uint8Array): Promise<Decoded> {
  const decoder = new MPEGDecoder();
  await decoder.ready;
  try {
    return soundOf(decoder.decode(bytes));
  } finally {
    decoder.free();
  }
}

/** Decodes a whole file; throws when the decoder finds anything wrong with it. */
export async function decodeOpus(bytes: Uint8Array): Promise<Decoded> {
  const decoder = new OggOpusDecoder();
  await decoder.ready;
  try {
    return soundOf(await decoder.decodeFile(bytes));
  } finally {
    decoder.free();
  }
}

function soundOf(answer: {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
}): Decoded {
  if (answer.errors.length > 0) throw new Error(JSON.stringify(answer.errors));
  const samples = answer.channelData[0] ?? new Float32Array(0);
  return { samples: samples.slice(0, answer.samplesDecoded), sampleRate: answer.sampleRate };
}

/** The largest difference, at most 2, between `a` and what `b` has from `at` on, over all of `a`. */
export function largestDifference(a: Float32Array, b: Float32Array, at: number): number {
  return a.reduce((most, sample, index) => Math.max(most, Math.abs(sample - (b[at + index] ?? 2))), 0);
}

/** The largest step from one sample to the next between two positions. */
export function largestJump(samples: Float32Array, from: number, to: number): number {
  let most = 0;
  for (let at = Math.max(1, from); at < Math.min(to, samples.length); at++) {
    most = Math.max(most, Math.abs((samples[at] ?? 0) - (samples[at - 1] ?? 0)));
  }
  return most;
}
