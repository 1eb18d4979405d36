/**
 * Raw audio formats a publisher may send, and the one clock everything is measured on:
 * a position is the count of samples per channel since the session began.
 */
export const encodings = ["linear16", "mulaw", "alaw"] as const;
export type Encoding = (typeof encodings)[number];

export type AudioFormat = {
  readonly encoding: Encoding;
  /** Hz */
  readonly sampleRate: number;
  readonly channels: number;
};

const bytesPerSample: Record<Encoding, number> = { linear16: 2, mulaw: 1, alaw: 1 };

/** Bytes of one sample of every channel: a cut anywhere else would shift all that follows. */
export function frameBytes(format: AudioFormat): number {
  return bytesPerSample[format.encoding] * format.channels;
}

export function bytesToSamples(bytes: number, format: AudioFormat): number {
  return Math.floor(bytes / frameBytes(format));
}

export function samplesToBytes(samples: number, format: AudioFormat): number {
  return samples * frameBytes(format);
}

export function samplesToMs(samples: number, format: AudioFormat): number {
  return Math.round((samples * 1000) / format.sampleRate);
}

export function msToSamples(ms: number, format: AudioFormat): number {
  return Math.round((ms * format.sampleRate) / 1000);
}
