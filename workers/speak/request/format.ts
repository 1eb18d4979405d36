import {
  aacBitRates,
  flacRates,
  linearRates,
  opusBitRates,
  type SpeakFormat,
  speakEncodings,
  telephoneRates,
} from "../formats.ts";
import { badFormat, badParameter } from "../refusal.ts";

type Asked = { readonly [name in "encoding" | Detail]?: string | undefined };
type Detail = "container" | "sample_rate" | "bit_rate";

/** The format that is asked for, Deepgram's defaults filled in (reference 6.3). Throws a `SpeakRefusal`. */
export function readFormat(asked: Asked): SpeakFormat {
  const encoding = asked.encoding ?? "mp3";
  switch (encoding) {
    case "mp3":
      only(asked, ["bit_rate"]);
      return { encoding, bitRate: oneOf(asked, "bit_rate", [48_000, 32_000]) };
    case "linear16":
      only(asked, ["container", "sample_rate"]);
      return {
        encoding,
        container: wavOrNone(asked),
        sampleRate: oneOf(asked, "sample_rate", [24_000, ...linearRates]),
      };
    case "mulaw":
    case "alaw":
      only(asked, ["container", "sample_rate"]);
      return {
        encoding,
        container: wavOrNone(asked),
        sampleRate: oneOf(asked, "sample_rate", telephoneRates),
      };
    case "opus":
      if (asked.container !== undefined && asked.container !== "ogg")
        throw badFormat("opus comes in ogg only.");
      // There is but one rate, which some clients name.
      if (asked.sample_rate !== undefined && asked.sample_rate !== "48000")
        throw notApplicable(asked, "sample_rate");
      return { encoding, bitRate: between(asked, opusBitRates, 12_000) };
    case "flac":
      only(asked, ["sample_rate"]);
      return {
        encoding,
        sampleRate: asked.sample_rate === undefined ? null : oneOf(asked, "sample_rate", flacRates),
      };
    case "aac":
      only(asked, ["bit_rate"]);
      return { encoding, bitRate: between(asked, aacBitRates, 48_000) };
    default:
      throw badParameter(`encoding must be one of ${speakEncodings.join(", ")}.`);
  }
}

function only(asked: Asked, applicable: readonly Detail[]): void {
  for (const name of ["container", "sample_rate", "bit_rate"] as const) {
    if (asked[name] !== undefined && !applicable.includes(name)) throw notApplicable(asked, name);
  }
}

function notApplicable({ encoding = "mp3" }: Asked, name: Detail) {
  return badFormat(`${name} is not applicable when encoding=${encoding}.`);
}

function wavOrNone({ container = "wav" }: Asked): "wav" | "none" {
  if (container === "wav" || container === "none") return container;
  throw badFormat("container must be wav or none.");
}

/** The first is the default. */
function oneOf<const N extends number>(asked: Asked, name: Detail, values: readonly N[]): N {
  const wanted = asked[name];
  const value = wanted === undefined ? values[0] : values.find((each) => String(each) === wanted);
  if (value !== undefined) return value;
  const list = [...new Set(values)].sort((a, b) => a - b).join(", ");
  throw badFormat(`${name} must be one of ${list} when encoding=${asked.encoding ?? "mp3"}.`);
}

function between(
  asked: Asked,
  { min, max }: { readonly min: number; readonly max: number },
  usual: number,
): number {
  if (asked.bit_rate === undefined) return usual;
  const value = /^\d{1,9}$/.test(asked.bit_rate) ? Number(asked.bit_rate) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw badFormat(`bit_rate must be between ${min} and ${max} when encoding=${asked.encoding ?? "mp3"}.`);
}
