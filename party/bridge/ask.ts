import * as v from "valibot";
import { CaptionwireError, isErrorCode } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";

const RefusalSchema = v.object({ code: v.string(), message: v.string() });

/**
 * Asks the other side of the bridge. Answers with what it says when that is 101, 2xx or 304; its body may go on for long.
 *
 * Throws what it refuses with in our shape; `draining` when it cannot be reached, does not begin to answer within
 * `timing.bridgeAnswerMs`, or fails in a shape of its own, as proxies do whose server is away; `internal` for anything else.
 * What the caller itself has given up (`init.signal`) is thrown as it is.
 *
 * @param log told, by name, what went wrong on the way
 */
export async function askAcross(
  url: string,
  init: RequestInit,
  log: (what: string) => void,
): Promise<Response> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timing.bridgeAnswerMs);
  const given = init.signal ?? null;
  const signal = given === null ? patience.signal : AbortSignal.any([given, patience.signal]);
  let answer: Response;
  try {
    // A voucher goes nowhere else.
    answer = await fetch(url, { ...init, signal, redirect: "manual" });
  } catch (error) {
    if (given?.aborted === true) throw error;
    log(error instanceof Error ? error.name : "unknown");
    throw new CaptionwireError("draining");
  } finally {
    clearTimeout(timer);
  }
  if (answer.ok || answer.status === 304 || answer.status === 101) return answer;
  throw await refusalOf(answer, log);
}

async function refusalOf(answer: Response, log: (what: string) => void): Promise<CaptionwireError> {
  const told = v.safeParse(
    v.pipe(v.string(), v.parseJson(), RefusalSchema),
    await answer.text().catch(() => ""),
  );
  if (told.success && isErrorCode(told.output.code)) {
    return new CaptionwireError(told.output.code, told.output.message);
  }
  log(`status ${answer.status}`);
  return new CaptionwireError(answer.status >= 500 ? "draining" : "internal");
}
