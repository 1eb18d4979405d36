/** 24 kHz, one channel, 48 kbit/s, and no frame with padding. */
export const mp3 = { sampleRate: 24_000, kbps: 48, frameBytes: 144 } as const;
const linear16 = { sampleRate: 24_000, sampleBytes: 2 } as const;

export type SpeechFormat = {
  readonly name: "linear16" | "mp3";
  /** What is asked for, the voice included. */
  readonly query: string;
  readonly bytesPerSecond: number;
  /** Sound comes in units of this. */
  readonly unitBytes: number;
};

export const speechFormats = {
  linear16: {
    name: "linear16",
    query: `model=aura-2-thalia-en&encoding=linear16&container=none&sample_rate=${linear16.sampleRate}`,
    bytesPerSecond: linear16.sampleRate * linear16.sampleBytes,
    unitBytes: linear16.sampleBytes,
  },
  mp3: {
    name: "mp3",
    query: `model=aura-2-thalia-en&encoding=mp3&bit_rate=${mp3.kbps * 1_000}`,
    bytesPerSecond: (mp3.kbps * 1_000) / 8,
    unitBytes: mp3.frameBytes,
  },
} as const satisfies Record<string, SpeechFormat>;

export const allSpeechFormats: readonly SpeechFormat[] = Object.values(speechFormats);

/** What so many seconds are on the wire, in whole units. */
export function soundBytes({ bytesPerSecond, unitBytes }: SpeechFormat, seconds: number): number {
  return Math.ceil((seconds * bytesPerSecond) / unitBytes) * unitBytes;
}
