import * as v from "valibot";
import { errorTable } from "../../shared/errors.ts";
import { ChunkFailure, type Failure } from "./pipeline/failure.ts";
import type { Tally } from "./pipeline/tally.ts";
import type { SpeakQuery } from "./request/query.ts";

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

/** What is known of a request from its beginning. */
export type Request = {
  readonly requestId: string;
  readonly startedAt: number;
  readonly query: SpeakQuery;
  readonly characters: number;
};

export type End =
  | { readonly state: "complete" | "cancelled"; readonly at: number }
  | { readonly state: "failed"; readonly at: number; readonly error: unknown };

/** @param end null: it is still running */
export function reportOf(
  { requestId, startedAt, query, characters }: Request,
  tally: Tally,
  end: End | null,
): Report {
  const { chunksAsked, chunksSpoken, chunksDelivered, chunksFromCache, tries } = tally;
  const { charactersAsked, charactersSpoken, charactersDelivered, bytesDelivered } = tally;
  return {
    requestId,
    state: end?.state ?? "running",
    startedAt,
    ...(end === null ? {} : { endedAt: end.at }),
    model: query.model,
    encoding: query.format.encoding,
    characters,
    chunks: {
      asked: chunksAsked,
      spoken: chunksSpoken,
      delivered: chunksDelivered,
      fromCache: chunksFromCache,
    },
    charactersAsked,
    charactersSpoken,
    charactersDelivered,
    bytesDelivered,
    tries,
    providerRequestIds: [...tally.providerRequestIds],
    ...(end?.state === "failed" ? { error: errorOf(end.error) } : {}),
  };
}

/** Never the provider's own words: they may repeat the text. */
function errorOf(error: unknown): NonNullable<Report["error"]> {
  if (!(error instanceof ChunkFailure))
    return { code: "internal", message: "Something went wrong on our side." };
  const { failure, chunk } = error;
  if (failure.kind === "withdrawn")
    return { code: "token_revoked", message: errorTable.token_revoked.message, chunk };
  if (failure.kind !== "refused")
    return { code: `provider_${failure.kind}`, message: messages[failure.kind], chunk };
  const message = `The provider refused this chunk with status ${failure.status}.`;
  return { code: `provider_${failure.status}`, message, chunk };
}

const messages: Readonly<Record<Exclude<Failure["kind"], "refused" | "withdrawn">, string>> = {
  unreachable: "The provider could not be reached.",
  silent: "The provider sent no audio in time.",
  empty: "The provider's answer held no audio.",
  torn: "The provider's audio broke off.",
  stalled: "The provider's audio stopped coming.",
  unfit: "The provider's audio was not what was asked for.",
};
