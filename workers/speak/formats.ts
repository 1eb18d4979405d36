/** What `/v1/speak` can be asked for: Deepgram's encodings, each with only the parameters that apply to it. */
export type SpeakFormat =
  | { readonly encoding: "mp3"; readonly bitRate: 32_000 | 48_000 }
  | PlainFormat
  | OpusFormat
  /** Nobody documents the rate that is meant by none. */
  | { readonly encoding: "flac"; readonly sampleRate: (typeof flacRates)[number] | null }
  | { readonly encoding: "aac"; readonly bitRate: number };

/** In the order in which Deepgram names them. */
export const speakEncodings = [
  "mp3",
  "linear16",
  "mulaw",
  "alaw",
  "opus",
  "flac",
  "aac",
] as const satisfies readonly SpeakFormat["encoding"][];

/** Samples as they are, behind a WAV header or without one. */
export type PlainFormat =
  | {
      readonly encoding: "linear16";
      readonly container: "wav" | "none";
      readonly sampleRate: (typeof linearRates)[number];
    }
  | {
      readonly encoding: "mulaw" | "alaw";
      readonly container: "wav" | "none";
      readonly sampleRate: (typeof telephoneRates)[number];
    };

/** Always in Ogg, always at 48 kHz. */
export type OpusFormat = { readonly encoding: "opus"; readonly bitRate: number };

/** Formats of which several chunks can become one stream without a codec. */
export type StitchableFormat = Exclude<SpeakFormat, { readonly encoding: "flac" | "aac" }>;

/** Hz. */
export const linearRates = [8_000, 16_000, 24_000, 32_000, 48_000] as const;
export const telephoneRates = [8_000, 16_000] as const;
export const flacRates = [8_000, 16_000, 22_050, 32_000, 48_000] as const;

/** Bits per second, both ends included. */
export const opusBitRates = { min: 4_000, max: 650_000 } as const;
export const aacBitRates = { min: 4_000, max: 192_000 } as const;

export function contentType(format: SpeakFormat): string {
  switch (format.encoding) {
    case "mp3":
      return "audio/mpeg";
    case "linear16":
    case "mulaw":
    case "alaw": {
      if (format.container === "wav") return "audio/wav";
      const name = format.encoding === "linear16" ? "l16" : format.encoding;
      return `audio/${name};rate=${format.sampleRate}`;
    }
    case "opus":
      return "audio/ogg;codecs=opus";
    case "flac":
      return "audio/flac";
    case "aac":
      return "audio/aac";
    default:
      return format satisfies never;
  }
}

/** Whether a text of several chunks can be spoken in it. */
export function isStitchable(format: SpeakFormat): format is StitchableFormat {
  return format.encoding !== "flac" && format.encoding !== "aac";
}

/**
 * The provider's query parameters for one chunk of speech in this format.
 *
 * @param isStitched whether the answer goes through a stitcher, which puts the one WAV header in front by itself; the
 *   chunks then have none
 */
export function providerQuery(
  format: SpeakFormat,
  { isStitched }: { readonly isStitched: boolean },
): Readonly<Record<string, string>> {
  const { encoding } = format;
  switch (encoding) {
    case "mp3":
    case "aac":
      return { encoding, bit_rate: String(format.bitRate) };
    case "linear16":
    case "mulaw":
    case "alaw":
      return {
        encoding,
        container: isStitched ? "none" : format.container,
        sample_rate: String(format.sampleRate),
      };
    case "opus":
      return { encoding, container: "ogg", bit_rate: String(format.bitRate) };
    case "flac":
      return format.sampleRate === null ? { encoding } : { encoding, sample_rate: String(format.sampleRate) };
    default:
      return encoding satisfies never;
  }
}
