import * as v from "valibot";
import { invalidQuery, noSuchModel, type WireError } from "../wire/errors.ts";
import { choice, flag, integer, list, parseQuery, type Query, text } from "../wire/query.ts";

/** What a live session was asked for, with the defaults of Deepgram reference 3.1 filled in. */
export type ListenOptions = {
  sampleRate: number;
  channels: number;
  interimResults: boolean;
  /** Silence that ends an utterance, or `null` for never. */
  endpointingMs: number | null;
  utteranceEndMs: number | null;
  vadEvents: boolean;
  /** Punctuation and capitals, and `punctuated_word`. */
  punctuate: boolean;
  /** `key:value` pairs, echoed in every result's metadata. */
  extra: Record<string, string> | null;
};

/** More channels than Deepgram takes are refused; up to here they are mixed into one. */
const MAX_CHANNELS = 20;

const fields = {
  model: v.optional(text, ["base-general"]),
  language: v.optional(text, ["en"]),
  version: v.optional(text),
  encoding: v.optional(text),
  sample_rate: v.optional(integer(8000, 48_000)),
  channels: v.optional(integer(1, MAX_CHANNELS), ["1"]),
  multichannel: v.optional(flag, ["false"]),
  interim_results: v.optional(flag, ["false"]),
  endpointing: v.optional(v.union([endpointingOff(), integer(0, 60_000)], "must be false or milliseconds"), [
    "10",
  ]),
  utterance_end_ms: v.optional(integer(0, 60_000)),
  vad_events: v.optional(flag, ["false"]),
  smart_format: v.optional(flag, ["false"]),
  punctuate: v.optional(flag, ["false"]),
  diarize: v.optional(flag),
  diarize_model: v.optional(choice(["latest", "v1"], "must be latest or v1")),
  extra: v.optional(v.array(v.pipe(v.string(), v.maxLength(2048, "must be at most 2048 characters")))),
  tag: v.optional(v.array(v.pipe(v.string(), v.maxLength(128, "must be at most 128 characters")))),
  // Accepted without effect: this recogniser has neither vocabulary hints nor entities, and no account to bill.
  no_delay: v.optional(flag),
  dictation: v.optional(flag),
  numerals: v.optional(flag),
  profanity_filter: v.optional(flag),
  filler_words: v.optional(flag),
  detect_entities: v.optional(flag),
  mip_opt_out: v.optional(flag),
  redact: v.optional(list),
  replace: v.optional(list),
  search: v.optional(list),
  keyterm: v.optional(list),
  keywords: v.optional(list),
};

const schema = v.object(fields);

function endpointingOff() {
  return v.pipe(
    choice(["false"], "must be false"),
    v.transform(() => null),
  );
}

/** Every parameter of live `/v1/listen` this engine knows by name. */
export const LISTEN_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(fields));

/** Deepgram's names for its general recognisers; all of them mean the one recogniser that is here. */
const MODEL = /^(nova|nova-2|nova-3|enhanced|base)(-[a-z]+)?$/;
/** The recogniser knows English only. `multi` is taken because it includes English. */
const LANGUAGE = /^(en(-[A-Za-z]{2})?|multi)$/;

/** Turns a query (of known names) into options, or into the error to refuse it with. */
export function parseListenQuery(
  query: Query,
): { ok: true; options: ListenOptions } | { ok: false; error: WireError } {
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  const refuse = (error: WireError) => ({ ok: false as const, error });

  if (!MODEL.test(asked.model) || !LANGUAGE.test(asked.language)) return refuse(noSuchModel());
  if (asked.encoding === undefined) {
    return refuse(
      invalidQuery("encoding: this engine takes raw audio only; send encoding=linear16 and sample_rate."),
    );
  }
  if (asked.encoding !== "linear16")
    return refuse(invalidQuery("encoding: only linear16 is available here."));
  if (asked.sample_rate === undefined) return refuse(invalidQuery("sample_rate: required with encoding."));
  if (asked.multichannel)
    return refuse(invalidQuery("multichannel: not available here; channels are mixed."));
  if (asked.utterance_end_ms !== undefined && !asked.interim_results) {
    return refuse(invalidQuery("utterance_end_ms: needs interim_results=true."));
  }
  if (asked.diarize !== undefined && asked.diarize_model !== undefined) {
    return refuse(invalidQuery("diarize and diarize_model exclude each other."));
  }
  return {
    ok: true,
    options: {
      sampleRate: asked.sample_rate,
      channels: asked.channels,
      interimResults: asked.interim_results,
      endpointingMs: asked.endpointing,
      utteranceEndMs: asked.utterance_end_ms ?? null,
      vadEvents: asked.vad_events,
      punctuate: asked.punctuate || asked.smart_format,
      extra: asked.extra === undefined ? null : parseExtra(asked.extra),
    },
  };
}

/** The last value of a repeated key wins (reference 3.1). */
function parseExtra(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const colon = pair.indexOf(":");
      return colon < 0 ? [pair, ""] : [pair.slice(0, colon), pair.slice(colon + 1)];
    }),
  );
}
