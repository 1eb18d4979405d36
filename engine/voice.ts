import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseSamples, type SpeakQuestion } from "./speak/questions.ts";
import { startThread } from "./threads.ts";

/** What the engine speaks with: Flite on a thread of its own. Answers are mono samples at `FLITE_RATE`. */
export type EngineVoice = {
  ready: Promise<void>;
  speak(question: SpeakQuestion): Promise<Float32Array>;
  close(): Promise<void>;
};

/** Starts the thread. `onDeath` is told when it fails, after which the voice is of no more use. */
export function startVoice(onDeath: (error: Error) => void): EngineVoice {
  const folder = mkdtempSync(path.join(tmpdir(), "captionwire-flite-"));
  // However the process ends, short of being killed, the folder goes with it.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = new URL("./speak/worker.ts", import.meta.url);
  const thread = startThread<SpeakQuestion, Float32Array>(file, parseSamples, onDeath, { folder });
  return {
    ready: thread.ready,
    speak: (question) => thread.ask(question),
    close: () => thread.close(),
  };
}
