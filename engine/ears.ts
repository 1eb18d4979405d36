import {
  parseHypothesis,
  parseVadAnswer,
  type RecogniseQuestion,
  type VadAnswer,
  type VadQuestion,
} from "./recognise/questions.ts";
import { createScheduler, type Scheduler } from "./recognise/scheduler.ts";
import type { VadMemory } from "./recognise/vad-memory.ts";
import type { Hypothesis } from "./recognise/words.ts";
import { startThread } from "./threads.ts";

/** Everything the engine hears with: voice activity detection on a thread of its own, and a pool of recognisers. */
export type Ears = {
  ready: Promise<void>;
  judge(audio: Float32Array, memory: VadMemory): Promise<VadAnswer>;
  scheduler: Scheduler;
  close(): Promise<void>;
};

/** Starts the threads. `onDeath` is told when one of them fails, after which the ears are of no more use. */
export function startEars(recognisers: number, onDeath: (error: Error) => void): Ears {
  const vad = startThread<VadQuestion, VadAnswer>(
    new URL("./recognise/vad-worker.ts", import.meta.url),
    parseVadAnswer,
    onDeath,
  );
  const pool = Array.from({ length: recognisers }, () =>
    startThread<RecogniseQuestion, Hypothesis>(
      new URL("./recognise/worker.ts", import.meta.url),
      parseHypothesis,
      onDeath,
    ),
  );
  const threads = [vad, ...pool];
  return {
    ready: Promise.all(threads.map((thread) => thread.ready)).then(() => undefined),
    judge: (audio, memory) => vad.ask({ audio, memory }),
    scheduler: createScheduler(pool.map((thread) => (question) => thread.ask(question))),
    async close() {
      await Promise.all(threads.map((thread) => thread.close()));
    },
  };
}
