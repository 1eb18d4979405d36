import { modernQueryError, notAvailable, type WireError } from "../wire/errors.ts";

/** What `/v1/speak` is asked to send. */
export type SpeakFormat =
  | PlainFormat
  | { encoding: "mp3"; bitRate: 32_000 | 48_000 }
  /** In Ogg, as 48 kHz. */
  | { encoding: "opus"; bitRate: number };

/** Samples as they are, with a header before them or without. */
export type PlainFormat = {
  encoding: "linear16" | "mulaw" | "alaw";
  container: "wav" | "none";
  sampleRate: number;
};

/** The parameters of a format as they were asked for. */
export type AskedFormat = {
  encoding: string;
  container: string | undefined;
  sampleRate: string | undefined;
  bitRate: string | undefined;
};

/** Rates of the encodings that are plain samples, the default first (reference 6.3). */
const RATES = {
  linear16: [24_000, 8000, 16_000, 32_000, 48_000],
  mulaw: [8000, 16_000],
  alaw: [8000, 16_000],
} as const;

/** Deepgram's, but there is no encoder for them here. */
const ABSENT: ReadonlySet<string> = new Set(["flac", "aac"]);

/** Bits per second of opus (reference 6.3). */
const OPUS_BIT_RATE = { min: 4000, max: 650_000, default: 12_000 };

/** Deepgram documents 22050 Hz for mp3; this is what was measured (reference 6.3, 15). */
export const MP3_RATE = 24_000;

/** The format, or the error for one that does not exist or not here (reference 6.3). */
export function readFormat(
  asked: AskedFormat,
): { ok: true; format: SpeakFormat } | { ok: false; error: WireError } {
  const { encoding } = asked;
  const refuse = (error: WireError) => ({ ok: false as const, error });
  const notApplicable = (name: string) =>
    refuse(notAvailable(`${name} is not applicable when encoding=${encoding}`));

  if (encoding === "mp3") {
    if (asked.container !== undefined) return notApplicable("container");
    if (asked.sampleRate !== undefined) return notApplicable("sample_rate");
    const bitRate = asked.bitRate ?? "48000";
    if (bitRate === "48000") return { ok: true, format: { encoding, bitRate: 48_000 } };
    if (bitRate === "32000") return { ok: true, format: { encoding, bitRate: 32_000 } };
    return refuse(notAvailable("bit_rate must be 32000 or 48000 when encoding=mp3"));
  }
  if (encoding === "linear16" || encoding === "mulaw" || encoding === "alaw") {
    if (asked.bitRate !== undefined) return notApplicable("bit_rate");
    const container = asked.container ?? "wav";
    if (container !== "wav" && container !== "none")
      return refuse(notAvailable(`container must be wav or none when encoding=${encoding}`));
    const rates = RATES[encoding];
    const wanted = asked.sampleRate ?? String(rates[0]);
    const sampleRate = rates.find((rate) => String(rate) === wanted);
    if (sampleRate === undefined)
      return refuse(notAvailable(`sample_rate must be one of ${list(rates)} when encoding=${encoding}`));
    return { ok: true, format: { encoding, container, sampleRate } };
  }
  if (encoding === "opus") {
    if ((asked.container ?? "ogg") !== "ogg")
      return refuse(notAvailable("container must be ogg when encoding=opus"));
    if ((asked.sampleRate ?? "48000") !== "48000")
      return refuse(notAvailable("sample_rate must be 48000 when encoding=opus"));
    const { min, max } = OPUS_BIT_RATE;
    const wanted = asked.bitRate ?? String(OPUS_BIT_RATE.default);
    const bitRate = /^\d{4,6}$/.test(wanted) ? Number(wanted) : 0;
    if (bitRate < min || bitRate > max)
      return refuse(notAvailable(`bit_rate must be ${min} to ${max} when encoding=opus`));
    return { ok: true, format: { encoding, bitRate } };
  }
  if (ABSENT.has(encoding))
    return refuse(
      notAvailable(`encoding=${encoding} is not available here; send mp3, linear16, mulaw, alaw or opus`),
    );
  return refuse(modernQueryError("encoding must be one of mp3, linear16, mulaw, alaw, opus, flac and aac"));
}

/** Reference 6.3. */
export function contentType(format: SpeakFormat): string {
  if (format.encoding === "mp3") return "audio/mpeg";
  if (format.encoding === "opus") return "audio/ogg;codecs=opus";
  if (format.container === "wav") return "audio/wav";
  const name = format.encoding === "linear16" ? "l16" : format.encoding;
  return `audio/${name};rate=${format.sampleRate}`;
}

function list(rates: readonly number[]): string {
  return rates.toSorted((a, b) => a - b).join(", ");
}
