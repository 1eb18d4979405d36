import type { Measured } from "../../shared/measured-texts.ts";
import { askForSpeech, isAbort, piecesOf } from "../speak-request.ts";
import { oneToken } from "../token.ts";
import { audioOf } from "./formats.ts";
import { refusalInWords, SpeakError } from "./run.ts";
import { createSoundReader } from "./wav.ts";

/** One request: what was asked for, and milliseconds from the request on. The first byte is one of sound. */
export type Measurement = {
  readonly kind: "single" | "long";
  readonly characters: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
};

export type MeasureOptions = {
  readonly plan: readonly Measured[];
  readonly query: Record<string, string>;
  readonly signal: AbortSignal;
  /** `done` requests of the plan are over. */
  onProgress(done: number, measurements: readonly Measurement[]): void;
};

/** Asks for one text after the other. Ends early, without an error, when it is stopped; throws when a request fails. */
export async function measure({ plan, query, signal, onProgress }: MeasureOptions): Promise<void> {
  const measurements: Measurement[] = [];
  try {
    for (const [index, { kind, text }] of plan.entries()) {
      signal.throwIfAborted();
      // One for each, before the clock runs: all of them together may take longer than a token is good for.
      const token = await oneToken(["speak"]);
      const times = await timeOf(text, query, token, signal);
      if (kind !== "warm-up") measurements.push({ kind, characters: text.length, ...times });
      onProgress(index + 1, measurements);
    }
  } catch (error) {
    if (!isAbort(error)) throw error;
  }
}

async function timeOf(text: string, query: Record<string, string>, token: string, signal: AbortSignal) {
  const askedAt = performance.now();
  const answer = await askForSpeech({ text, query, token, signal, isFresh: true });
  if (!answer.ok || answer.body === null) throw new SpeakError(await refusalInWords(answer));
  let firstByteMs: number | null = null;
  const soundOf = createSoundReader(audioOf(query));
  for await (const piece of piecesOf(answer.body, new SpeakError("The audio broke off."))) {
    if (soundOf(piece).length > 0) firstByteMs ??= performance.now() - askedAt;
  }
  signal.throwIfAborted();
  if (firstByteMs === null) throw new SpeakError("There was no audio.");
  return { firstByteMs, totalMs: performance.now() - askedAt };
}
