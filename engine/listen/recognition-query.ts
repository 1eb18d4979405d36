import * as v from "valibot";
import type { AudioFormat } from "../audio/format.ts";
import { invalidQuery, noSuchModel, tooManyKeyterms, type WireError } from "../wire/errors.ts";
import { choice, flag, integer, list, text } from "../wire/query.ts";
import { areTooManyKeyterms } from "./keyterms.ts";
import { isKnownCombination, isNova3 } from "./models.ts";

/** What live and batch recognition are both asked for (reference 3.1, 9). */
export type RecognitionOptions = {
  /** What raw audio is, or `null` for audio in a container that says so itself. */
  audio: AudioFormat | null;
  /** Punctuation and capitals, and `punctuated_word`. */
  punctuate: boolean;
  /** Words say who spoke; it is always the first speaker, since voices are not told apart here. */
  diarize: boolean;
  /** Words say which language they are in; it is always English. */
  multilingual: boolean;
  detectEntities: boolean;
  search: readonly string[];
  /** Keyterms are for Nova-3 (reference 3.1). They are taken and counted, but do not change what is heard. */
  hasKeyterms: boolean;
  /** `key:value` pairs, echoed in metadata. */
  extra: Record<string, string> | null;
  tags: readonly string[];
};

/** More channels than Deepgram takes are refused; up to here they are mixed into one. */
const MAX_CHANNELS = 20;

export const recognitionFields = {
  model: v.optional(text, ["base-general"]),
  language: v.optional(text, ["en"]),
  version: v.optional(text),
  encoding: v.optional(text),
  sample_rate: v.optional(integer(8000, 48_000)),
  channels: v.optional(integer(1, MAX_CHANNELS), ["1"]),
  multichannel: v.optional(flag, ["false"]),
  smart_format: v.optional(flag, ["false"]),
  punctuate: v.optional(flag, ["false"]),
  diarize: v.optional(flag),
  detect_entities: v.optional(flag, ["false"]),
  search: v.optional(list, []),
  keyterm: v.optional(list, []),
  keywords: v.optional(list),
  extra: v.optional(v.array(v.pipe(v.string(), v.maxLength(2048, "must be at most 2048 characters")))),
  tag: v.optional(v.array(v.pipe(v.string(), v.maxLength(128, "must be at most 128 characters"))), []),
  callback: v.optional(text),
  callback_method: v.optional(text),
  // Accepted without effect: this recogniser does no such formatting, and there is no account to bill.
  dictation: v.optional(flag),
  numerals: v.optional(flag),
  profanity_filter: v.optional(flag),
  filler_words: v.optional(flag),
  mip_opt_out: v.optional(flag),
  redact: v.optional(list),
  replace: v.optional(list),
};

const schema = v.object({ ...recognitionFields, diarize_model: v.optional(v.string()) });
type Asked = v.InferOutput<typeof schema>;

/** The options in a query whose values are good each by itself, or the error for those that do not go together. */
export function readRecognition(
  asked: Asked,
): { ok: true; options: RecognitionOptions } | { ok: false; error: WireError } {
  const error = refuse(asked);
  if (error !== null) return { ok: false, error };
  const audio = readAudio(asked);
  if (audio !== null && "shape" in audio) return { ok: false, error: audio };
  return {
    ok: true,
    options: {
      audio,
      punctuate: asked.punctuate || asked.smart_format,
      diarize: asked.diarize ?? asked.diarize_model !== undefined,
      multilingual: asked.language === "multi",
      detectEntities: asked.detect_entities,
      search: asked.search,
      hasKeyterms: isNova3(asked.model),
      extra: asked.extra === undefined ? null : parseExtra(asked.extra),
      tags: asked.tag,
    },
  };
}

function refuse(asked: Asked): WireError | null {
  if (!isKnownCombination(asked.model, asked.language)) return noSuchModel();
  if (asked.callback !== undefined || asked.callback_method !== undefined)
    return invalidQuery("callback: not available here.");
  if (asked.multichannel) return invalidQuery("multichannel: not available here; channels are mixed.");
  if (asked.diarize !== undefined && asked.diarize_model !== undefined)
    return invalidQuery("diarize and diarize_model exclude each other.");
  if (asked.keyterm.length > 0 && !isNova3(asked.model)) return invalidQuery("keyterm: needs model=nova-3.");
  if (asked.keywords !== undefined && isNova3(asked.model))
    return invalidQuery("keywords: not for nova-3; send keyterm.");
  return areTooManyKeyterms(asked.keyterm) ? tooManyKeyterms() : null;
}

/** Rate and channels are read together with `encoding` only (reference 3.1, 3.2). */
function readAudio({ encoding, sample_rate: sampleRate, channels }: Asked): AudioFormat | null | WireError {
  if (encoding === undefined) return null;
  if (encoding !== "linear16" && encoding !== "mulaw" && encoding !== "alaw")
    return invalidQuery(
      "encoding: only linear16, mulaw and alaw are available here, and WAV without encoding.",
    );
  if (sampleRate === undefined) return invalidQuery("sample_rate: required with encoding.");
  return { encoding, sampleRate, channels };
}

/** Values of `diarize_model`, which are fewer on a live stream (reference 3.1, 9). */
export const diarizeModel = <const Names extends readonly string[]>(names: Names) =>
  v.optional(choice(names, `must be ${names.join(" or ")}`));

/** The last value of a repeated key wins (reference 3.1). */
function parseExtra(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(":");
      return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}
