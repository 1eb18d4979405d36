import type { Failure } from "./failure.ts";
import { type Pieces, piecesOf } from "./pieces.ts";
import type { SpeakAnswer, SpeakPorts } from "./ports.ts";
import { readRefusal } from "./provider-error.ts";
import { within } from "./wait.ts";

/** An answer whose first audio is here. */
export type Begun = {
  readonly kind: "begun";
  readonly headers: Headers;
  readonly cache: SpeakAnswer["cache"];
  readonly first: Uint8Array;
  readonly rest: Pieces;
};

/** Asks the provider once and waits for the first byte of its audio. Rejects with the signal's reason when that is aborted. */
export async function attempt(
  text: string,
  ports: SpeakPorts,
  firstByteMs: number,
  signal: AbortSignal,
): Promise<Begun | Failure> {
  signal.throwIfAborted();
  const own = new AbortController();
  const abort = (): void => own.abort(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  const outcome = await within(ports, firstByteMs, answer(text, ports, own.signal));
  signal.throwIfAborted();
  if (outcome === "late") {
    own.abort();
    signal.removeEventListener("abort", abort);
    return { kind: "silent" };
  }
  // The body of an answer that has begun is still bound to the signal.
  if (outcome.kind !== "begun") signal.removeEventListener("abort", abort);
  return outcome;
}

async function answer(text: string, ports: SpeakPorts, signal: AbortSignal): Promise<Begun | Failure> {
  try {
    const { response, cache } = await ports.ask(text, signal);
    if (response.status !== 200) return await readRefusal(response, ports);
    if (!mayBeAudio(response.headers)) {
      await response.body?.cancel();
      return { kind: "unfit" };
    }
    if (response.body === null) return { kind: "empty" };
    const rest = piecesOf(response.body);
    for (let first = await rest.next(); first !== null; first = await rest.next()) {
      if (first.length > 0) return { kind: "begun", headers: response.headers, cache, first, rest };
    }
    return { kind: "empty" };
  } catch {
    return { kind: "unreachable" };
  }
}

/** A proxy's page or an error under a good status; as samples it would be loud noise. What has no type is given a try. */
function mayBeAudio(headers: Headers): boolean {
  return !/^(?:text\/|application\/(?:[\w.-]+\+)?json\b)/i.test(headers.get("content-type") ?? "");
}
