import * as v from "valibot";
import { CaptionwireError, isErrorCode } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";

const RefusalSchema = v.object({ code: v.string(), message: v.string() });

type Log = (what: string) => void;

/**
 * Asks the other side of the bridge. Answers with what it says when that is 101, 2xx or 304; its body may go on for long.
 *
 * Throws what it refuses with in our shape; `draining` when it cannot be reached, does not begin to answer within
 * `timing.bridgeAnswerMs` (or end, where it refuses), or fails in a shape of its own, as proxies do whose server is away;
 * `internal` for anything else. What the caller itself has given up (`init.signal`) is thrown as it is.
 *
 * @param log told, by name, what went wrong on the way
 */
export function askAcross(url: string, init: RequestInit, log: Log): Promise<Response> {
  return withPatience(url, init, log, (answer) => Promise.resolve(answer));
}

/** The same, answering with the text of the body, which is here within that time too: `draining` is thrown where it is not. */
export function readAcross(url: string, init: RequestInit, log: Log): Promise<string> {
  return withPatience(url, init, log, (answer) => answer.text());
}

/** @param take what of an answer that is no refusal is waited for */
async function withPatience<T>(
  url: string,
  init: RequestInit,
  log: Log,
  take: (answer: Response) => Promise<T>,
): Promise<T> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), timing.bridgeAnswerMs);
  const given = init.signal ?? null;
  const signal = given === null ? patience.signal : AbortSignal.any([given, patience.signal]);
  try {
    // A voucher goes nowhere else.
    const answer = await fetch(url, { ...init, signal, redirect: "manual" });
    if (answer.ok || answer.status === 304 || answer.status === 101) return await take(answer);
    throw refusalIn(await answer.text(), answer.status, log);
  } catch (error) {
    if (error instanceof CaptionwireError || given?.aborted === true) throw error;
    log(error instanceof Error ? error.name : "unknown");
    throw new CaptionwireError("draining");
  } finally {
    clearTimeout(timer);
  }
}

function refusalIn(body: string, status: number, log: Log): CaptionwireError {
  const told = v.safeParse(v.pipe(v.string(), v.parseJson(), RefusalSchema), body);
  if (told.success && isErrorCode(told.output.code)) {
    return new CaptionwireError(told.output.code, told.output.message);
  }
  log(`status ${status}`);
  return new CaptionwireError(status >= 500 ? "draining" : "internal");
}
