import * as v from "valibot";
import {
  diarizeModel,
  type RecognitionOptions,
  readRecognition,
  recognitionFields,
} from "../listen/recognition-query.ts";
import { invalidQuery, noSuchModel, type WireError } from "../wire/errors.ts";
import { flag, list, parseQuery, type Query, text } from "../wire/query.ts";

/** What a recording is to be answered with (reference 9). */
export type BatchOptions = {
  recognition: RecognitionOptions;
  /** The pause between two utterances, or `null` when they are not asked for. */
  utteranceSplitSeconds: number | null;
  paragraphs: boolean;
  detectLanguage: boolean;
};

const seconds = v.pipe(
  text,
  v.regex(/^\d{1,4}(\.\d{1,6})?$/, "must be a number of seconds"),
  v.transform(Number),
);

/** What only a language model could answer. */
const UNDERSTANDING = {
  summarize: v.optional(text),
  topics: v.optional(text),
  intents: v.optional(text),
  sentiment: v.optional(text),
  custom_topic: v.optional(text),
  custom_topic_mode: v.optional(text),
  custom_intent: v.optional(text),
  custom_intent_mode: v.optional(text),
};

const schema = v.object({
  ...recognitionFields,
  ...UNDERSTANDING,
  diarize_model: diarizeModel(["latest", "v1", "v2"]),
  utterances: v.optional(flag, ["false"]),
  utt_split: v.optional(seconds, ["0.8"]),
  paragraphs: v.optional(flag, ["false"]),
  detect_language: v.optional(list, ["false"]),
  // Accepted without effect: numbers are written as they are heard.
  measurements: v.optional(flag),
});

/** Every parameter of batch `/v1/listen` this engine knows by name. */
export const BATCH_PARAMETERS: ReadonlySet<string> = new Set(Object.keys(schema.entries));

/** Turns a query (of known names) into options, or into the error to refuse it with. */
export function parseBatchQuery(
  query: Query,
): { ok: true; options: BatchOptions } | { ok: false; error: WireError } {
  const unavailable = Object.keys(UNDERSTANDING).find((name) => (query[name]?.at(-1) ?? "false") !== "false");
  if (unavailable !== undefined)
    return { ok: false, error: invalidQuery(`${unavailable}: not available here.`) };
  const parsed = parseQuery(schema, query);
  if (!parsed.ok) return parsed;
  const asked = parsed.value;
  const detectLanguage = asked.detect_language.at(-1) !== "false";
  if (detectLanguage && !asked.detect_language.some((language) => /^(true|en(-.*)?)$/.test(language)))
    return { ok: false, error: noSuchModel() };
  const recognition = readRecognition(asked);
  if (!recognition.ok) return recognition;
  // Smart formatting makes paragraphs of a recording, and paragraphs are made of punctuated sentences.
  const paragraphs = asked.paragraphs || asked.smart_format;
  return {
    ok: true,
    options: {
      recognition: {
        ...recognition.options,
        punctuate: recognition.options.punctuate || paragraphs,
      },
      utteranceSplitSeconds: asked.utterances ? asked.utt_split : null,
      paragraphs,
      detectLanguage,
    },
  };
}
