import * as v from "valibot";

/** A refusal by HTTP, by the table in `errors.ts`. */
export const ErrorAnswerSchema = v.object({
  code: v.string(),
  message: v.string(),
  /** Whether the same request may do better later. */
  retry: v.boolean(),
  /** As in the header `x-request-id`. */
  requestId: v.string(),
});
export type ErrorAnswer = Readonly<v.InferOutput<typeof ErrorAnswerSchema>>;

/** Deepgram's two shapes: of live speech and of everything, and of text-to-speech. */
export const DeepgramErrorSchema = v.object({
  err_code: v.string(),
  err_msg: v.string(),
  request_id: v.optional(v.string()),
  /** Ours. */
  retryable: v.optional(v.boolean()),
});
export const DeepgramDetailsSchema = v.object({
  category: v.string(),
  message: v.string(),
  details: v.optional(v.string()),
  request_id: v.optional(v.string()),
  retryable: v.optional(v.boolean()),
});
