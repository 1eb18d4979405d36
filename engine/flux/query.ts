import * as v from "valibot";
import type { AudioFormat } from "../audio/format.ts";
import { areTooManyKeyterms } from "../listen/keyterms.ts";
import { invalidQuery, noSuchModel, tooManyKeyterms, type WireError } from "../wire/errors.ts";
import { choice, flag, integer, list, parseQuery, type Query, text } from "../wire/query.ts";
import {
  EAGER_ABOVE_EOT,
  EAGER_EOT_THRESHOLD,
  EOT_THRESHOLD,
  EOT_TIMEOUT_MS,
  type FluxSettings,
  languageHintProblem,
} from "./settings.ts";

/** What a Flux session was asked for, with the defaults of Deepgram reference 5.1 filled in. */
export type FluxOptions = {
  /** What raw audio is, or `null` for audio in a container that says so itself. */
  audio: AudioFormat | null;
  settings: FluxSettings;
};

const SAMPLE_RATES = ["8000", "16000", "24000", "44100", "48000"] as const;

const decimal = (min: number, max: number) =>
  v.pipe(
    text,
    v.regex(/^\d{1,3}(\.\d{1,9})?$/, "must be a number"),
    v.transform(Number),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

const fields = {
  model: v.optional(text, [""]),
  encoding: v.optional(text),
  sample_rate: v.optional(
    v.pipe(choice(SAMPLE_RATES, `must be one of ${SAMPLE_RATES.join(", ")}`), v.transform(Number)),
  ),
  eot_threshold: v.optional(decimal(EOT_THRESHOLD.min, EOT_THRESHOLD.max), ["0.7"]),
  eager_eot_threshold: v.optional(decimal(EAGER_EOT_THRESHOLD.min, EAGER_EOT_THRESHOLD.max)),
  eot_timeout_ms: v.optional(integer(EOT_TIMEOUT_MS.min, EOT_TIMEOUT_MS.max), ["5000"]),
  keyterm: v.optional(list, []),
  language_hint: v.optional(list),
  tag: v.optional(v.array(v.pipe(v.string(), v.maxLength(128, "must be at most 128 characters")))),
  // Accepted without effect: this recogniser neither censors nor rewrites, and there is no account to bill.
  profanity_filter: v.optional(flag),
  numerals: v.optional(flag),
  redact: v.optional(
    v.array(v.picklist(["numbers", "aggressive_numbers"], "must be numbers or aggressive_numbers")),
  ),
  mip_opt_out: v.optional(flag),
};

const schema = v.object(fields);

/** Every parameter of `/v2/listen`. Those of `/v1/listen` that are missing here are errors (reference 5.1). */
export const FLUX_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(fields));

/** Turns a query (of known names) into options, or into the error to refuse it with. */
export function parseFluxQuery(
  query: Query,
): { ok: true; options: FluxOptions } | { ok: false; error: WireError } {
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  const refuse = (error: WireError) => ({ ok: false as const, error });

  if (asked.model !== "flux-general-en" && asked.model !== "flux-general-multi") return refuse(noSuchModel());
  const multilingual = asked.model === "flux-general-multi";
  const { encoding, sample_rate: sampleRate } = asked;
  const isRaw = encoding !== undefined;
  if (isRaw && encoding !== "linear16" && encoding !== "mulaw" && encoding !== "alaw") {
    const available = "only linear16, mulaw and alaw are available here, and WAV without encoding.";
    return refuse(invalidQuery(`encoding: ${available}`));
  }
  if (isRaw && sampleRate === undefined) return refuse(invalidQuery("sample_rate: required with encoding."));
  const eager = asked.eager_eot_threshold ?? null;
  if (eager !== null && eager > asked.eot_threshold) return refuse(invalidQuery(EAGER_ABOVE_EOT));
  const hints = asked.language_hint;
  const problem = hints === undefined ? null : languageHintProblem(hints, multilingual);
  if (problem !== null) return refuse(invalidQuery(problem));
  if (areTooManyKeyterms(asked.keyterm)) return refuse(tooManyKeyterms());
  return {
    ok: true,
    options: {
      audio: isRaw && sampleRate !== undefined ? { encoding, sampleRate, channels: 1 } : null,
      settings: {
        eotThreshold: asked.eot_threshold,
        eagerEotThreshold: eager,
        eotTimeoutMs: asked.eot_timeout_ms,
        keyterms: asked.keyterm,
        languageHints: multilingual ? (hints ?? []) : null,
      },
    },
  };
}
