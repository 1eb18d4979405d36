import type { Said, ScriptWord } from "./said.ts";

/** Frames of Deepgram's `/v1/listen`, as its documents describe them. */

export type ResultsParts = {
  readonly transcript: string;
  /** Seconds. */
  readonly start: number;
  readonly duration: number;
  readonly isFinal: boolean;
  /** As `isFinal` unless given. */
  readonly speechFinal?: boolean;
  readonly words?: readonly object[];
};

export function results(parts: ResultsParts): string {
  const { transcript, start, duration, isFinal, speechFinal = isFinal, words = [] } = parts;
  return JSON.stringify({
    type: "Results",
    channel_index: [0, 1],
    start,
    duration,
    is_final: isFinal,
    speech_final: speechFinal,
    channel: { alternatives: [{ transcript, confidence: 1, words }] },
  });
}

export function resultsOf(said: Said, isFinal: boolean, speechFinal: boolean): string {
  const { text, startMs, endMs, words } = said;
  const duration = (endMs - startMs) / 1000;
  return results({
    transcript: text,
    start: startMs / 1000,
    duration,
    isFinal,
    speechFinal,
    words: words.map(wireWord),
  });
}

export function wireWord({ text, startMs, endMs, confidence = 1, speaker }: ScriptWord) {
  return {
    word: text.toLowerCase().replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "") || text,
    punctuated_word: text,
    start: startMs / 1000,
    end: endMs / 1000,
    confidence,
    ...(speaker === undefined ? {} : { speaker }),
  };
}

export function utteranceEnd(lastWordEndMs: number): string {
  return JSON.stringify({ type: "UtteranceEnd", channel: [0, 1], last_word_end: lastWordEndMs / 1000 });
}

export function metadata(heardMs: number): string {
  return JSON.stringify({ type: "Metadata", duration: heardMs / 1000, channels: 1 });
}
