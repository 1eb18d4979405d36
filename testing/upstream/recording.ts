import { wireWord } from "./nova-frames.ts";
import type { Said } from "./said.ts";

/** The answer of Deepgram's batch endpoint, with utterances. */
export function recognised(said: Said, durationMs: number): object {
  const words = said.words.map(wireWord);
  const utterance = { start: said.startMs / 1000, end: said.endMs / 1000, channel: 0, transcript: said.text };
  return {
    metadata: { duration: durationMs / 1000, channels: 1 },
    results: {
      channels: [{ alternatives: [{ transcript: said.text, confidence: 1, words }] }],
      utterances: said.text === "" ? [] : [{ ...utterance, confidence: 1, words }],
    },
  };
}
