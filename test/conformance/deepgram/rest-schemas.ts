import type { Deepgram } from "@deepgram/sdk";
import * as v from "valibot";
import { modelInfoSchema, seconds, share, uuid, wordSchema } from "./live-schemas.ts";

const utteranceSchema = v.looseObject({
  id: uuid,
  start: seconds,
  end: seconds,
  confidence: share,
  channel: v.number(),
  transcript: v.string(),
  words: v.array(wordSchema),
});

const paragraphSchema = v.looseObject({
  sentences: v.array(v.looseObject({ text: v.string(), start: seconds, end: seconds })),
  num_words: v.number(),
  start: seconds,
  end: seconds,
});

export const transcriptionSchema = v.looseObject({
  metadata: v.looseObject({
    transaction_key: v.optional(v.string()),
    request_id: uuid,
    sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
    created: v.pipe(v.string(), v.isoTimestamp()),
    duration: seconds,
    channels: v.pipe(v.number(), v.integer(), v.minValue(0)),
    models: v.array(v.string()),
    model_info: v.record(v.string(), modelInfoSchema),
  }),
  results: v.looseObject({
    channels: v.array(
      v.looseObject({
        alternatives: v.pipe(
          v.array(
            v.looseObject({
              transcript: v.string(),
              confidence: share,
              words: v.array(wordSchema),
              paragraphs: v.optional(
                v.looseObject({ transcript: v.string(), paragraphs: v.array(paragraphSchema) }),
              ),
            }),
          ),
          v.minLength(1),
        ),
      }),
    ),
    utterances: v.optional(v.array(utteranceSchema)),
  }),
}) satisfies v.GenericSchema<unknown, Deepgram.ListenV1Response>;

export const grantSchema = v.looseObject({
  access_token: v.pipe(v.string(), v.nonEmpty()),
  expires_in: v.optional(v.number()),
}) satisfies v.GenericSchema<unknown, Deepgram.GrantV1Response>;

/** The shapes an error comes in, reference 1.3: a body must be one of them in full. */
export const errorBodySchema = v.union([
  v.looseObject({ err_code: v.string(), err_msg: v.string(), request_id: v.string() }),
  v.looseObject({ category: v.string(), message: v.string(), request_id: v.string() }),
  v.looseObject({ error_code: v.string(), err_msg: v.string(), request_id: v.string() }),
  v.string(),
]) satisfies v.GenericSchema<unknown, Deepgram.ErrorResponse>;
