import { deferred } from "../../client/deferred.ts";
import type { Piece } from "../speak-request.ts";
import type { SampleFormat } from "./formats.ts";
import { createDecoder } from "./samples.ts";
import { createSchedule } from "./schedule.ts";

/** Plays what is written to it. */
export type Player = {
  write(piece: Piece): void;
  /** Nothing more will be written. */
  end(): void;
  /** Silent at once. */
  stop(): void;
  /** Resolves when everything was heard, or it was stopped. */
  readonly over: Promise<void>;
};

/** What a player tells while it plays. */
export type Listening = {
  /** So many milliseconds from now, the first sound is heard. */
  onFirst(inMs: number): void;
  /** The sound has paused so often, and so long in all, because audio did not come in time. */
  onPause(count: number, seconds: number): void;
  /** It cannot be played here. */
  onFailure(message: string): void;
};

const leadMs = 100;
const leadAfterPauseMs = 300;
const marginMs = 20;
/** What is decoded ahead. The rest waits as it came: a long text is hundreds of megabytes as samples. */
const aheadMs = 20_000;

/** Plays raw samples while they come, piece joined to piece to the sample. */
export function createSamplePlayer({ encoding, sampleRate }: SampleFormat, listening: Listening): Player {
  // Its own rate: buffers of another one would each be resampled alone, with a click at every border.
  const context = new AudioContext({ sampleRate });
  // It may be closed before that is done.
  context.resume().catch(() => {});
  const decode = createDecoder(encoding);
  const inSamples = (ms: number) => Math.round((ms / 1000) * sampleRate);
  const schedule = createSchedule({
    lead: inSamples(leadMs),
    leadAfterPause: inSamples(leadAfterPauseMs),
    margin: inSamples(marginMs),
  });
  const waiting: Piece[] = [];
  let playing = 0;
  let hasEnded = false;
  let isOver = false;
  const over = deferred<void>();
  const now = (): number => context.currentTime * sampleRate;

  function pump(): void {
    while (!isOver && (schedule.end ?? 0) - now() < inSamples(aheadMs)) {
      const piece = waiting.shift();
      if (piece === undefined) break;
      const samples = decode(piece);
      if (samples.length > 0) play(samples);
    }
    if (hasEnded && playing === 0 && waiting.length === 0) finish();
  }

  function play(samples: Float32Array<ArrayBuffer>): void {
    const buffer = context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    source.addEventListener("ended", () => {
      playing -= 1;
      pump();
    });
    const isFirst = schedule.end === null;
    const before = schedule.pauses;
    const at = schedule.place(now(), samples.length);
    source.start(at / sampleRate);
    playing += 1;
    if (isFirst) listening.onFirst(((at - now()) / sampleRate) * 1000);
    const { pauses } = schedule;
    if (pauses !== before) listening.onPause(pauses.count, pauses.samples / sampleRate);
  }

  function finish(): void {
    if (isOver) return;
    isOver = true;
    void context.close();
    over.resolve();
  }

  return {
    write(piece) {
      waiting.push(piece);
      pump();
    },
    end() {
      hasEnded = true;
      pump();
    },
    stop: finish,
    over: over.promise,
  };
}
