import { EarlierPartSchema } from "../shared/earlier.ts";
import { CaptionwireError, isErrorCode } from "../shared/errors.ts";
import { timing } from "../shared/limits.ts";
import { roomResource } from "./address.ts";
import { type TokenSource, tokenOf } from "./connection.ts";
import { deferred } from "./deferred.ts";
import { bearerHeader } from "./dialer.ts";
import { parseFrame } from "./frames.ts";
import type { Ports } from "./ports.ts";
import { readRefusal } from "./refusal.ts";
import type { EarlierPart } from "./transcript.ts";

/** Segments asked for at a time. */
const partSegments = 200;

type Source = {
  readonly url: string;
  readonly room: string;
  readonly tenant: string | null;
  readonly token: TokenSource;
  readonly ports: Ports;
};

/**
 * The segments of a room before the one with the id `before`, by HTTP; `null`: the newest ones.
 *
 * Throws a `CaptionwireError`: what the service or the token source refused with, `session_ended` when `signal` gave
 * it up, and `internal` when no usable answer came.
 */
export async function fetchEarlier(
  { url, room, tenant, token, ports }: Source,
  before: string | null,
  signal: AbortSignal,
): Promise<EarlierPart> {
  const address = roomResource({ url, room, tenant }, "captions");
  if (before !== null) {
    address.searchParams.set("before", before);
    address.searchParams.set("limit", String(partSegments));
  }
  const abort = new AbortController();
  const given = deferred<never>();
  function giveUp(error: CaptionwireError): void {
    given.reject(error);
    abort.abort();
  }
  function handleClose(): void {
    giveUp(new CaptionwireError("session_ended", "The subscription was closed."));
  }
  if (signal.aborted) handleClose();
  signal.addEventListener("abort", handleClose);
  const cancelTimer = ports.setTimer(() => giveUp(unavailable()), timing.connectTimeoutMs);

  async function ask(): Promise<EarlierPart> {
    const bearer = await tokenOf(token);
    const answer = await ports.fetch(address.href, {
      headers: bearerHeader(bearer),
      signal: abort.signal,
    });
    if (!answer.ok) throw await refusal(answer);
    const part = parseFrame(EarlierPartSchema, await answer.text());
    if (part === null) throw unavailable();
    return part;
  }

  try {
    return await Promise.race([ask(), given.promise]);
  } catch (error) {
    throw error instanceof CaptionwireError ? error : unavailable();
  } finally {
    cancelTimer();
    signal.removeEventListener("abort", handleClose);
  }
}

async function refusal(answer: Response): Promise<CaptionwireError> {
  const told = await readRefusal(answer);
  if (told === null) return unavailable();
  return new CaptionwireError(isErrorCode(told.code) ? told.code : "internal", told.message);
}

function unavailable(): CaptionwireError {
  return new CaptionwireError("internal", "The earlier captions could not be fetched. Try again.");
}
