import { limits } from "../../../shared/limits.ts";
import { attempt, type Begun } from "./attempt.ts";
import { ChunkFailure } from "./failure.ts";
import type { Patience, SpeakPorts } from "./ports.ts";
import { ReadAhead } from "./read-ahead.ts";
import { afterFailure, untried } from "./retry.ts";
import type { Tally } from "./tally.ts";
import { pause, within } from "./wait.ts";

/** One request's worth of text, and its place among the others, from 1 on. */
export type ChunkOrder = { readonly text: string; readonly size: number; readonly number: number };

/** A chunk that was asked for. */
export type OpenChunk = {
  readonly order: ChunkOrder;
  /** Resolves when its first audio is here. Rejects with a `ChunkFailure`. */
  readonly begun: Promise<Begun>;
  /** It will end with an error, whatever can be read before. */
  isBroken(): boolean;
  /** The next audio, `null` at its end. Rejects with a `ChunkFailure`. */
  read(): Promise<Uint8Array | null>;
};

export type Context = {
  readonly ports: SpeakPorts;
  readonly patience: Patience;
  readonly tally: Tally;
  /** Ends everything that is under way: then all of it rejects with the reason of its signal. */
  readonly stop: AbortController;
};

/**
 * Asks for a chunk, again where that can help (only before its first byte), and reads its audio ahead of the listener,
 * up to `limits.speakReadAheadBytes`; beyond that the provider waits.
 */
export function openChunk(order: ChunkOrder, context: Context): OpenChunk {
  const audio = new ReadAhead(limits.speakReadAheadBytes);
  const begun = begin(order, context).then((answer) => {
    audio.push(answer.first);
    void fill(audio, answer, order, context);
    return answer;
  });
  begun.catch((error: unknown) => audio.end(error));
  return { order, begun, isBroken: () => audio.isBroken, read: () => audio.read() };
}

async function begin(order: ChunkOrder, { ports, patience, tally, stop }: Context): Promise<Begun> {
  const { signal } = stop;
  signal.throwIfAborted();
  // The first was looked at before the request was let in.
  if (order.number > 1 && !(await ports.mayGoOn())) {
    throw new ChunkFailure({ kind: "withdrawn" }, order.number);
  }
  const busyMs = order.number === 1 ? patience.busyFirstMs : patience.busyMs;
  const began = ports.now();
  tally.chunksAsked += 1;
  for (let tried = untried; ; ) {
    tally.tries += 1;
    tally.charactersAsked += order.size;
    const outcome = await attempt(order.text, ports, patience.firstByteMs, signal);
    if (outcome.kind === "begun") {
      tally.answered(outcome, order.size);
      return outcome;
    }
    // A provider that is busy has spoken nothing.
    if (outcome.kind === "refused" && outcome.status === 429) tally.charactersAsked -= order.size;
    const leftMs = busyMs - (ports.now() - began);
    const verdict = afterFailure(outcome, tried, leftMs, ports.random());
    if (verdict.kind === "giveUp") throw new ChunkFailure(outcome, order.number);
    tried = verdict.tried;
    await pause(ports, verdict.afterMs, signal);
  }
}

async function fill(audio: ReadAhead, { rest }: Begun, order: ChunkOrder, context: Context): Promise<void> {
  const { ports, patience } = context;
  const { signal } = context.stop;
  try {
    for (;;) {
      await audio.room();
      const read = await within(ports, patience.idleMs, rest.next());
      if (read === "late") {
        rest.cancel().catch(() => {});
        audio.end(new ChunkFailure({ kind: "stalled" }, order.number));
        return;
      }
      if (read === null) {
        context.tally.chunksSpoken += 1;
        context.tally.charactersSpoken += order.size;
        audio.end();
        return;
      }
      audio.push(read);
    }
  } catch {
    audio.end(signal.aborted ? signal.reason : new ChunkFailure({ kind: "torn" }, order.number));
  }
}
