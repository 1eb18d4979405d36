/** Samples as they are, mono: what can be played while it comes. */
export type SampleFormat = {
  readonly encoding: "linear16" | "mulaw" | "alaw";
  /** Hz */
  readonly sampleRate: number;
};

/** What the answer's body is. `media` is for the browser's own player. */
export type Audio =
  | (SampleFormat & { readonly kind: "samples"; readonly container: "wav" | "none" })
  | { readonly kind: "media"; readonly mediaType: string; readonly extension: string };

type Detail = {
  readonly parameter: "sample_rate" | "bit_rate";
  /** The first is chosen at first: Deepgram's default. */
  readonly values: readonly number[];
};

export type Format = {
  readonly id: string;
  readonly label: string;
  /** Deepgram's parameters, without that of `detail`. */
  readonly query: Readonly<Record<string, string>>;
  readonly detail: Detail | null;
};

const linearRates: Detail = { parameter: "sample_rate", values: [24_000, 8_000, 16_000, 32_000, 48_000] };
const telephoneRates: Detail = { parameter: "sample_rate", values: [8_000, 16_000] };

const samples = (encoding: SampleFormat["encoding"], name: string, detail: Detail): Format[] => [
  { id: `${encoding}-wav`, label: `${name}, WAV`, query: { encoding, container: "wav" }, detail },
  { id: `${encoding}-none`, label: `${name}, raw`, query: { encoding, container: "none" }, detail },
];

/** All of Deepgram's. Which of them there are here is the service's to say. */
export const formats: readonly Format[] = [
  ...samples("linear16", "Linear 16 bit", linearRates),
  {
    id: "mp3",
    label: "MP3",
    query: { encoding: "mp3" },
    detail: { parameter: "bit_rate", values: [48_000, 32_000] },
  },
  {
    id: "opus",
    label: "Opus in Ogg",
    query: { encoding: "opus" },
    detail: { parameter: "bit_rate", values: [12_000, 24_000, 48_000, 96_000] },
  },
  ...samples("mulaw", "µ-law", telephoneRates),
  ...samples("alaw", "A-law", telephoneRates),
  { id: "flac", label: "FLAC", query: { encoding: "flac" }, detail: null },
  {
    id: "aac",
    label: "AAC",
    query: { encoding: "aac" },
    detail: { parameter: "bit_rate", values: [48_000, 96_000] },
  },
];

/** The format of that id, or the first. */
export function findFormat(id: string): Format {
  const found = formats.find((format) => format.id === id) ?? formats[0];
  if (found === undefined) throw new Error("There are no formats.");
  return found;
}

/** Deepgram's parameters, with the chosen rate. */
export function queryOf({ query, detail }: Format, chosen: number): Record<string, string> {
  return { ...query, ...(detail === null ? {} : { [detail.parameter]: String(chosen) }) };
}

/** What comes back for these parameters. */
export function audioOf({ encoding = "mp3", container, sample_rate }: Record<string, string>): Audio {
  switch (encoding) {
    case "linear16":
    case "mulaw":
    case "alaw":
      return {
        kind: "samples",
        encoding,
        container: container === "none" ? "none" : "wav",
        sampleRate: Number(sample_rate),
      };
    case "opus":
      return { kind: "media", mediaType: "audio/ogg;codecs=opus", extension: "ogg" };
    case "mp3":
      return { kind: "media", mediaType: "audio/mpeg", extension: "mp3" };
    default:
      return { kind: "media", mediaType: `audio/${encoding}`, extension: encoding };
  }
}
