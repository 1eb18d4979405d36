import * as v from "valibot";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** How a request to speak went, as `GET /v1/speak/{requestId}` tells it. Characters are code points. */
export const ReportSchema = v.object({
  requestId: v.string(),
  /** `running` is also what is known of a request whose Worker ended without a word. */
  state: v.picklist(["running", "complete", "failed", "cancelled"]),
  /** Epoch milliseconds. */
  startedAt: v.number(),
  endedAt: v.optional(v.number()),
  model: v.string(),
  encoding: v.string(),
  characters: count,
  chunks: v.object({ asked: count, spoken: count, delivered: count, fromCache: count }),
  /** Tries included: what the provider may charge for. */
  charactersAsked: count,
  /** Of chunks whose audio came to its end, and of those whose audio the client has taken to its end. */
  charactersSpoken: count,
  charactersDelivered: count,
  bytesDelivered: count,
  tries: count,
  providerRequestIds: v.array(v.string()),
  error: v.optional(v.object({ code: v.string(), message: v.string(), chunk: v.optional(count) })),
});
export type Report = v.InferOutput<typeof ReportSchema>;
