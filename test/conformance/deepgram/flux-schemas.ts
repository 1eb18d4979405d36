import { type Deepgram, listen } from "@deepgram/sdk";
import * as v from "valibot";
import { seconds, share, uuid } from "./live-schemas.ts";

const sequenceId = v.pipe(v.number(), v.integer(), v.minValue(0));

export const connectedSchema = v.looseObject({
  type: v.literal("Connected"),
  request_id: uuid,
  sequence_id: sequenceId,
}) satisfies v.GenericSchema<unknown, listen.ListenV2Connected>;

export const turnInfoSchema = v.looseObject({
  type: v.literal("TurnInfo"),
  request_id: uuid,
  sequence_id: sequenceId,
  event: v.enum(listen.ListenV2TurnInfo.Event),
  turn_index: v.pipe(v.number(), v.integer(), v.minValue(0)),
  audio_window_start: seconds,
  audio_window_end: seconds,
  transcript: v.string(),
  words: v.array(
    v.looseObject({
      word: v.pipe(v.string(), v.nonEmpty()),
      confidence: share,
      start: v.optional(seconds),
      end: v.optional(seconds),
    }),
  ),
  end_of_turn_confidence: share,
  trigger: v.optional(v.picklist(["model", "timeout", "manual"])),
  languages: v.optional(v.array(v.string())),
  languages_hinted: v.optional(v.array(v.string())),
}) satisfies v.GenericSchema<unknown, listen.ListenV2TurnInfo>;

export const configuredSchema = v.looseObject({
  type: v.literal("ConfigureSuccess"),
  request_id: uuid,
  sequence_id: sequenceId,
  thresholds: v.looseObject({
    eot_threshold: v.optional(v.number()),
    // Absent or null while the feature is off.
    eager_eot_threshold: v.nullish(v.number()),
    eot_timeout_ms: v.optional(v.number()),
  }),
  keyterms: v.array(v.string()),
  language_hints: v.optional(v.array(v.string())),
}) satisfies v.GenericSchema<unknown, listen.ListenV2ConfigureSuccess>;

export const notConfiguredSchema = v.looseObject({
  type: v.literal("ConfigureFailure"),
  request_id: uuid,
  sequence_id: sequenceId,
  code: v.optional(v.string()),
  description: v.optional(v.string()),
}) satisfies v.GenericSchema<unknown, listen.ListenV2ConfigureFailure>;

export const fatalErrorSchema = v.looseObject({
  type: v.literal("Error"),
  sequence_id: sequenceId,
  code: v.string(),
  description: v.string(),
}) satisfies v.GenericSchema<unknown, listen.ListenV2FatalError>;

/** Not among the SDK's types; reference 5.3. */
export const warningSchema = v.looseObject({
  type: v.literal("Warning"),
  sequence_id: sequenceId,
  code: v.string(),
  description: v.string(),
});

export const fluxMessageSchema = v.variant("type", [
  connectedSchema,
  turnInfoSchema,
  configuredSchema,
  notConfiguredSchema,
  fatalErrorSchema,
  warningSchema,
]);

export type FluxMessage = v.InferOutput<typeof fluxMessageSchema>;
export type TurnInfo = v.InferOutput<typeof turnInfoSchema>;
export type TurnEvent = Deepgram.listen.ListenV2TurnInfo.Event;
