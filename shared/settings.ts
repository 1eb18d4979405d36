import * as v from "valibot";
import type { AudioFormat } from "./audio.ts";
import { limits } from "./limits.ts";
import { utf8Bytes } from "./utf8.ts";

/** Languages and models go into a provider's URL: words, digits, dots and hyphens only. */
const ProviderName = v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/));
/** A word or phrase; what it may hold besides is the provider's to judge, but nothing that could not be spoken. */
const Keyterm = v.pipe(v.string(), v.regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u), v.regex(/\S/u));

export const redactions = ["pci", "numbers", "aggressive_numbers", "ssn"] as const;

/**
 * How a room's speech is to be recognised. A room has its settings (`PUT /v1/rooms/{room}`), a `start` may override each
 * of them for its own session; what neither says is the provider's default or the one stated here.
 */
export const RecognitionSchema = v.strictObject({
  /** BCP-47, or `multi` for a speaker who switches between languages. Default `en`. */
  language: v.optional(ProviderName),
  /** `nova-3` (default) and its like, or `flux-general-en`, `flux-general-multi`. */
  model: v.optional(ProviderName),
  /** Names and terms to be expected. */
  keyterms: v.optional(v.pipe(v.array(Keyterm), v.maxLength(100))),
  /** Tell speakers apart. */
  diarize: v.optional(v.boolean()),
  /** Silence that ends an utterance, milliseconds; `false` leaves it to the provider. Default 300. */
  endpointing: v.optional(
    v.union([v.literal(false), v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(10_000))]),
  ),
  profanityFilter: v.optional(v.boolean()),
  redact: v.optional(v.pipe(v.array(v.picklist(redactions)), v.maxLength(redactions.length))),
  /** Numbers, dates, addresses written as one reads them. */
  smartFormat: v.optional(v.boolean()),
});
export type Recognition = Readonly<v.InferOutput<typeof RecognitionSchema>>;

/** `RecognitionSchema` with more entries. A function, so that a bundle without such a schema holds none of it. */
// @__NO_SIDE_EFFECTS__
export function withRecognition<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject({ ...RecognitionSchema.entries, ...entries });
}

/** A room's settings as they are put and kept. */
export const RoomSettingsSchema = withRecognition({
  /** Captions are deleted this long after they were written down. */
  retentionHours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(24 * 365))),
  /** Anybody may read along, without a token. Default false. */
  public: v.optional(v.boolean()),
  /** Viewers at the same time. */
  maxViewers: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limits.roomViewersMax))),
});
export type RoomSettings = Readonly<v.InferOutput<typeof RoomSettingsSchema>>;

export const defaultModel = "nova-3";
export const fluxModels = { english: "flux-general-en", multilingual: "flux-general-multi" } as const;

/** Flux is another endpoint with another protocol, other parameters and mono audio only. */
export function isFlux(model: string | undefined): boolean {
  return (model ?? defaultModel).startsWith("flux-");
}

/**
 * What the provider would refuse, said before a socket is opened: the sentence for whoever set it, or `null`.
 *
 * @param format the audio it would be used with, where that is known already
 */
export function recognitionProblem(recognition: Recognition, format: AudioFormat | null): string | null {
  return isFlux(recognition.model) ? fluxProblem(recognition, format) : novaProblem(recognition);
}

/** Models whose family says what they can do; what else a model may be called is the provider's to know. */
const knownFamily = /^(nova|enhanced|base)(-|$)/;
const nova3 = /^nova-3(-|$)/;
const switchesLanguages = /^nova-[23](-|$)/;

function novaProblem({ model = defaultModel, language, keyterms = [] }: Recognition): string | null {
  const isKnown = knownFamily.test(model);
  if (keyterms.length > 0 && isKnown && !nova3.test(model)) {
    return `${model} takes no keyterms; use nova-3 or leave keyterms out.`;
  }
  if (language === "multi" && isKnown && !switchesLanguages.test(model)) {
    return `${model} hears one language only; use nova-3 or name the language instead of multi.`;
  }
  return keytermsProblem(keyterms);
}

const fluxSampleRates: readonly number[] = [8000, 16_000, 24_000, 44_100, 48_000];

function fluxProblem(recognition: Recognition, format: AudioFormat | null): string | null {
  const { model = fluxModels.english, language, endpointing, redact = [], keyterms = [] } = recognition;
  if (model !== fluxModels.english && model !== fluxModels.multilingual) {
    return `There is no model ${model}; use ${fluxModels.english} or ${fluxModels.multilingual}.`;
  }
  if (recognition.diarize === true) {
    return `${model} does not tell speakers apart; use nova-3 or leave diarize out.`;
  }
  if (recognition.smartFormat === true) {
    return `${model} has no smart formatting; use nova-3 or leave smartFormat out.`;
  }
  if (typeof endpointing === "number") {
    return `${model} finds the end of a turn by itself; use nova-3 or leave endpointing out.`;
  }
  const unredacted = redact.find((what) => what !== "numbers" && what !== "aggressive_numbers");
  if (unredacted !== undefined) {
    return `${model} redacts numbers and aggressive_numbers only; use nova-3 or leave ${unredacted} out.`;
  }
  if (model === fluxModels.english && language !== undefined && !/^en(-|$)/i.test(language)) {
    return `${model} hears English only; use ${fluxModels.multilingual} or leave language out.`;
  }
  if (format !== null && format.channels !== 1) {
    return `${model} hears one channel only; send mono audio or use nova-3.`;
  }
  if (format !== null && !fluxSampleRates.includes(format.sampleRate)) {
    const rates = fluxSampleRates.join(", ");
    return `${model} does not take audio of ${format.sampleRate} Hz; send one of ${rates} Hz or use nova-3.`;
  }
  return keytermsProblem(keyterms);
}

const keytermsMaxTokens = 500;

/**
 * The provider counts tokens of a vocabulary it does not publish. They are estimated on the high side, at three bytes of
 * UTF-8 each, a word at a time, where English has about four: a list close to the limit may be refused here that the
 * provider would take.
 */
function keytermsProblem(keyterms: readonly string[]): string | null {
  const words = keyterms.flatMap((keyterm) => keyterm.split(/\s+/)).filter((word) => word !== "");
  const tokens = words.reduce((sum, word) => sum + Math.ceil(utf8Bytes(word) / 3), 0);
  if (tokens <= keytermsMaxTokens) return null;
  return `The keyterms come to about ${tokens} tokens and ${keytermsMaxTokens} are the most; leave some out.`;
}
