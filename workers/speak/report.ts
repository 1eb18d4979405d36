import { errorTable } from "../../shared/errors.ts";
import type { Report } from "../../shared/speak-report.ts";
import { ChunkFailure, type Failure } from "./pipeline/failure.ts";
import type { Tally } from "./pipeline/tally.ts";
import type { SpeakQuery } from "./request/query.ts";

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
