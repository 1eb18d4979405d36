import { bytesToSamples } from "../../../shared/audio.ts";
import { limits } from "../../../shared/limits.ts";
import type { BatchAnswer, Cancel, Ports } from "../ports.ts";
import type { Hole, StoredSession } from "../store.ts";
import { onSession, type Speech, within } from "../upstream/heard.ts";
import { batchPath, mayHealBatch, readBatch } from "./batch.ts";
import { wavFile } from "./wav.ts";

/** Audio from a position on. */
export type Excerpt = { readonly from: number; readonly audio: Uint8Array };

/** A range that missed its live socket, and its audio, which may go beyond it at either end. */
export type Job = {
  readonly session: StoredSession;
  readonly hole: Hole;
  readonly audio: Excerpt;
};

export type BackfillHooks = {
  filled(job: Job, speech: readonly Speech[]): void;
  /** The hole stays a gap. */
  lost(job: Job): void;
};

/** Several minutes of trying: until then the reader sees an honest gap, and the publisher keeps the audio too. */
const attemptsMax = 12;
const backoff = { firstMs: 1_000, maxMs: 30_000 } as const;
/** Batch work runs many times faster than speech. */
const answerWithinMs = 60_000;

type Run =
  | { readonly kind: "idle" }
  | { readonly kind: "asking"; readonly job: Job; readonly attempt: number; readonly cancel: Cancel }
  | { readonly kind: "waiting"; readonly job: Job; readonly attempt: number; readonly cancel: Cancel };

/**
 * Has the holes of a room recognised by the provider's batch endpoint, one at a time, so that live captions need not
 * wait for them. Each job ends in `filled` or `lost`, exactly once.
 */
export class Backfill {
  readonly #ports: Ports;
  readonly #hooks: BackfillHooks;
  #queue: Job[] = [];
  #run: Run = { kind: "idle" };

  constructor(ports: Ports, hooks: BackfillHooks) {
    this.#ports = ports;
    this.#hooks = hooks;
  }

  get bytes(): number {
    return this.#jobs().reduce((sum, { audio }) => sum + audio.audio.length, 0);
  }

  /** Keeps the audio until the job has ended. More than the limit is refused as `lost`, the newest first. */
  add(job: Job): void {
    if (this.bytes + job.audio.audio.length > limits.backfillMaxBytes) {
      this.#hooks.lost(job);
      return;
    }
    this.#queue.push(job);
    if (this.#run.kind === "idle") this.#next();
  }

  hasWorkFor(sessionId: string): boolean {
    return this.#jobs().some(({ session }) => session.id === sessionId);
  }

  hasHole(id: string): boolean {
    return this.#jobs().some(({ hole }) => hole.id === id);
  }

  /** Forgets everything; no hook is called any more. */
  dispose(): void {
    this.#queue = [];
    if (this.#run.kind !== "idle") this.#run.cancel();
    this.#run = { kind: "idle" };
  }

  #jobs(): readonly Job[] {
    return this.#run.kind === "idle" ? this.#queue : [this.#run.job, ...this.#queue];
  }

  #next(): void {
    const job = this.#queue.shift();
    if (job === undefined) this.#run = { kind: "idle" };
    else this.#ask(job, 0);
  }

  #ask(job: Job, attempt: number): void {
    const { setTimer, transcribe } = this.#ports;
    const { format, recognition } = job.session;
    const cancelRequest = transcribe(
      { path: batchPath(recognition), contentType: "audio/wav", body: wavFile(job.audio.audio, format) },
      (answer) => {
        cancelTimer();
        this.#answered(job, attempt, answer);
      },
    );
    const cancelTimer = setTimer(() => {
      cancelRequest();
      this.#answered(job, attempt, { status: 0, body: "" });
    }, answerWithinMs);
    const cancel = () => {
      cancelRequest();
      cancelTimer();
    };
    this.#run = { kind: "asking", job, attempt, cancel };
  }

  #answered(job: Job, attempt: number, { status, body }: BatchAnswer): void {
    const finals = status === 200 ? readBatch(body) : null;
    if (finals !== null) {
      const { from, audio } = job.audio;
      // A provider that rounds up hears no further than it was sent.
      const end = from + bytesToSamples(audio.length, job.session.format);
      const clock = { position: (samples: number) => Math.min(from + samples, end) };
      this.#next();
      this.#hooks.filled(
        job,
        finals.map((final) => within(onSession(final, clock, job.session.format), job.hole)),
      );
      return;
    }
    this.#ports.log("backfill_failed", { status, attempt });
    // A body that cannot be read may be a proxy's; the next one need not be.
    const mayHeal = status === 200 || mayHealBatch(status);
    if (!mayHeal || attempt + 1 >= attemptsMax) {
      this.#next();
      this.#hooks.lost(job);
      return;
    }
    const ceilingMs = Math.min(backoff.maxMs, backoff.firstMs * 2 ** attempt);
    const cancel = this.#ports.setTimer(
      () => this.#ask(job, attempt + 1),
      Math.floor(this.#ports.random() * ceilingMs),
    );
    this.#run = { kind: "waiting", job, attempt, cancel };
  }
}
