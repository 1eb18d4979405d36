import { CaptionwireError } from "../../client/index.ts";
import { askForSpeech, isAbort, piecesOf, refusalOf } from "../speak-request.ts";
import { oneToken } from "../token.ts";
import { type Audio, audioOf } from "./formats.ts";
import { createMediaPlayer } from "./media.ts";
import { createSamplePlayer, type Listening, type Player } from "./player.ts";
import { createRecording, type Recording } from "./recording.ts";
import { createSoundReader } from "./wav.ts";

/** A reason why there is no speech, in words for whoever asked for it. */
export class SpeakError extends Error {}

export type Stage =
  | { readonly stage: "asking" }
  /** Audio comes. */
  | { readonly stage: "speaking" }
  /** All that will come has come, and is still being heard. */
  | { readonly stage: "hearing"; readonly isTorn: boolean }
  | { readonly stage: "finished" }
  | { readonly stage: "stopped" }
  | { readonly stage: "failed"; readonly message: string };

/** What is known so far. Milliseconds count from the request; what is not known yet is null. A header is no byte of sound. */
export type Facts = {
  readonly requestId: string | null;
  readonly firstByteMs: number | null;
  readonly firstSoundMs: number | null;
  readonly totalMs: number | null;
  readonly bytes: number;
  readonly pauses: { readonly count: number; readonly seconds: number };
};

export type Run = {
  readonly recording: Recording;
  /** Ends the request as well as the sound. */
  stop(): void;
};

export type RunOptions = {
  readonly text: string;
  readonly query: Record<string, string>;
  /** For what the browser plays by itself. */
  readonly element: HTMLAudioElement;
  onChange(stage: Stage, facts: Facts): void;
};

/** Has a text spoken and plays it as it comes. The first stage is `asking`; what follows is told. */
export function startRun({ text, query, element, onChange }: RunOptions): Run {
  const stopping = new AbortController();
  const { signal } = stopping;
  const audio = audioOf(query);
  const recording = createRecording(audio);
  let stage: Stage = { stage: "asking" };
  let askedAt = performance.now();
  let unplayable: SpeakError | null = null;
  let facts: Facts = {
    requestId: null,
    firstByteMs: null,
    firstSoundMs: null,
    totalMs: null,
    bytes: 0,
    pauses: { count: 0, seconds: 0 },
  };

  const since = (): number => performance.now() - askedAt;
  // At once, not after the first wait: some browsers let sound begin in the very handler of a click only.
  const player = createPlayer(audio, element, {
    onFirst: (inMs) => change({ firstSoundMs: since() + inMs }),
    onPause: (count, seconds) => change({ pauses: { count, seconds } }),
    onFailure(message) {
      unplayable = new SpeakError(message);
    },
  });

  function change(news: Partial<Facts>, next: Stage = stage): void {
    facts = { ...facts, ...news };
    stage = next;
    onChange(stage, facts);
  }

  async function speak(): Promise<void> {
    const token = await oneToken(["speak"]);
    signal.throwIfAborted();
    askedAt = performance.now();
    const answer = await askForSpeech({ text, query, token, signal });
    change({ requestId: answer.headers.get("x-request-id") });
    if (!answer.ok || answer.body === null) throw new SpeakError(await refusalInWords(answer));
    const soundOf = createSoundReader(audio);
    const torn = new SpeakError("The audio broke off. What came before can be downloaded.");
    let isTorn = false;
    try {
      for await (const piece of piecesOf(answer.body, torn)) {
        // It had come already when it was stopped.
        if (signal.aborted) return;
        const sound = soundOf(piece);
        const bytes = facts.bytes + piece.length;
        if (sound.length === 0) {
          change({ bytes });
          continue;
        }
        change({ firstByteMs: facts.firstByteMs ?? since(), bytes }, { stage: "speaking" });
        recording.add(sound);
        player.write(sound);
      }
    } catch (error) {
      if (error !== torn) throw error;
      isTorn = true;
    }
    if (signal.aborted) return;
    change(isTorn ? {} : { totalMs: since() }, { stage: "hearing", isTorn });
    player.end();
    await player.over;
    if (stage.stage !== "hearing") return;
    if (isTorn) throw torn;
    if (unplayable !== null) throw unplayable;
    change({}, { stage: "finished" });
  }

  function fail(message: string): void {
    if (signal.aborted) return;
    change({}, { stage: "failed", message });
  }

  speak().catch((error) => {
    player.stop();
    if (!isAbort(error)) fail(inWords(error));
  });

  return {
    recording,
    stop() {
      stopping.abort();
      player.stop();
      change({}, { stage: "stopped" });
    },
  };
}

function createPlayer(audio: Audio, element: HTMLAudioElement, listening: Listening): Player {
  return audio.kind === "samples"
    ? createSamplePlayer(audio, listening)
    : createMediaPlayer(element, audio.mediaType, listening);
}

/** The service's own words. */
export async function refusalInWords(answer: Response): Promise<string> {
  const said = await refusalOf(answer);
  return said === null ? `The service cannot speak now (${answer.status}).` : `The service said no: ${said}`;
}

export function inWords(error: unknown): string {
  if (error instanceof SpeakError) return error.message;
  if (error instanceof CaptionwireError)
    return error.code === "unauthenticated" ? `${error.message} It looks like /speak#token=…` : error.message;
  // What `fetch` throws has words for programmers only.
  return "The service cannot be reached. Try again.";
}
