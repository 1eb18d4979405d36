import { errorTable } from "../../../shared/errors.ts";
import { type RefusalBody, SpeakRefusal } from "../refusal.ts";

/** Why a chunk has no audio, or no more. */
export type Failure =
  /** No answer: the connection could not be made, or broke. */
  | { readonly kind: "unreachable" }
  /** Nothing came for too long before the first byte. */
  | { readonly kind: "silent" }
  /** A good answer, and no audio in it. */
  | { readonly kind: "empty" }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly body: RefusalBody;
      readonly retryAfterMs: number | null;
    }
  /** A good answer that is no audio, or none that can be stitched. */
  | { readonly kind: "unfit" }
  /** It was not asked for: the listener's token was revoked meanwhile. */
  | { readonly kind: "withdrawn" }
  /** In the middle of its audio: the connection broke, or nothing more came. */
  | { readonly kind: "torn" | "stalled" };

/** A chunk that failed for good. What the client can be told is `refusalOf`; what is written down, the report. */
export class ChunkFailure extends Error {
  readonly failure: Failure;
  /** From 1 on. */
  readonly chunk: number;

  constructor(failure: Failure, chunk: number) {
    super(`Chunk ${chunk} failed: ${failure.kind}.`);
    this.name = "ChunkFailure";
    this.failure = failure;
    this.chunk = chunk;
  }
}

/** Statuses that speak of our key, our credit, or a place to which our key does not go. */
const ours = (status: number): boolean => [401, 402, 403].includes(status) || status < 400;

/** Whether the same request may fare better later. */
export const mayHeal = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** When to come back to a busy provider that did not say, seconds. */
const usualRetryAfterS = 2;

/** What the client is answered when its first chunk failed: the provider's status and shape where it gave some. */
export function refusalOf(failure: Failure): SpeakRefusal {
  switch (failure.kind) {
    case "refused": {
      const { status, body, retryAfterMs } = failure;
      if (ours(status)) return told(502, "PROVIDER_REFUSED", errorTable.provider_refused.message, false);
      const usualS = status === 429 ? usualRetryAfterS : null;
      const retryAfterS = retryAfterMs === null ? usualS : Math.ceil(retryAfterMs / 1_000);
      return new SpeakRefusal(status, body, retryAfterS);
    }
    case "unreachable":
    case "torn":
      return told(502, "PROVIDER_UNAVAILABLE", errorTable.provider_unavailable.message, true);
    case "silent":
    case "stalled":
      return told(504, "PROVIDER_TIMEOUT", "The speech provider did not answer in time.", true);
    case "empty":
    case "unfit":
      return told(502, "PROVIDER_BROKEN", "The speech provider answered without audio of use.", true);
    case "withdrawn":
      return told(401, "INVALID_AUTH", errorTable.token_revoked.message, false);
    default:
      return failure satisfies never;
  }
}

function told(status: number, err_code: string, err_msg: string, retryable: boolean): SpeakRefusal {
  return new SpeakRefusal(status, { err_code, err_msg, retryable });
}
