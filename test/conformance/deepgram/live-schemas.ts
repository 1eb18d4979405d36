import type { listen } from "@deepgram/sdk";
import * as v from "valibot";

// The SDK checks nothing at run time and gives types only. Each schema is annotated with the SDK's type, so that the
// compiler refuses one that would let through what the SDK's users do not expect. Unknown fields are allowed, as on the wire.

export const seconds = v.pipe(v.number(), v.minValue(0));
export const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
export const uuid = v.pipe(v.string(), v.uuid());
/** Which channel of how many. */
const channel = v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.length(2));

export const modelInfoSchema = v.looseObject({ name: v.string(), version: v.string(), arch: v.string() });

export const wordSchema = v.looseObject({
  word: v.pipe(v.string(), v.nonEmpty()),
  start: seconds,
  end: seconds,
  confidence: share,
  punctuated_word: v.optional(v.string()),
  speaker: v.optional(v.number()),
  language: v.optional(v.string()),
});

export const resultsSchema = v.looseObject({
  type: v.literal("Results"),
  channel_index: channel,
  start: seconds,
  duration: seconds,
  is_final: v.optional(v.boolean()),
  speech_final: v.optional(v.boolean()),
  from_finalize: v.optional(v.boolean()),
  channel: v.looseObject({
    alternatives: v.pipe(
      v.array(
        v.looseObject({
          transcript: v.string(),
          confidence: share,
          words: v.array(wordSchema),
          languages: v.optional(v.array(v.string())),
        }),
      ),
      v.length(1),
    ),
  }),
  metadata: v.looseObject({
    request_id: uuid,
    model_uuid: uuid,
    model_info: modelInfoSchema,
    extra: v.optional(v.record(v.string(), v.string())),
  }),
}) satisfies v.GenericSchema<unknown, listen.ListenV1Results>;

export const metadataSchema = v.looseObject({
  type: v.literal("Metadata"),
  transaction_key: v.string(),
  request_id: uuid,
  sha256: v.union([v.literal("incomplete"), v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))]),
  created: v.pipe(v.string(), v.isoTimestamp()),
  duration: seconds,
  channels: v.pipe(v.number(), v.integer(), v.minValue(0)),
  models: v.optional(v.array(v.string())),
  model_info: v.optional(v.record(v.string(), modelInfoSchema)),
}) satisfies v.GenericSchema<unknown, listen.ListenV1Metadata>;

export const speechStartedSchema = v.looseObject({
  type: v.literal("SpeechStarted"),
  channel,
  timestamp: seconds,
}) satisfies v.GenericSchema<unknown, listen.ListenV1SpeechStarted>;

export const utteranceEndSchema = v.looseObject({
  type: v.literal("UtteranceEnd"),
  channel,
  last_word_end: seconds,
}) satisfies v.GenericSchema<unknown, listen.ListenV1UtteranceEnd>;

// The SDK knows no type for the next three; reference 3.4.5 and 3.4.6.
export const configureSuccessSchema = v.looseObject({
  type: v.literal("ConfigureSuccess"),
  request_id: uuid,
  keyterms: v.optional(v.array(v.string())),
});

export const configureFailureSchema = v.looseObject({
  type: v.literal("ConfigureFailure"),
  request_id: uuid,
  code: v.optional(v.string()),
  description: v.optional(v.string()),
});

export const errorSchema = v.looseObject({
  type: v.literal("Error"),
  variant: v.string(),
  description: v.string(),
  message: v.string(),
  code: v.optional(v.string()),
});

export const liveMessageSchema = v.variant("type", [
  resultsSchema,
  metadataSchema,
  speechStartedSchema,
  utteranceEndSchema,
  configureSuccessSchema,
  configureFailureSchema,
  errorSchema,
]);

export type LiveMessage = v.InferOutput<typeof liveMessageSchema>;
export type Results = v.InferOutput<typeof resultsSchema>;
