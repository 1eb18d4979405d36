import { type LiveProvider, sayingFinals, startLiveProvider } from "./live-provider.ts";

/** Bytes of audio for which a sentence is said: 2 ms of linear16 at 16 kHz. */
const sentenceBytes = 64;
const sentenceS = 0.002;

/** Audio for so many sentences; it is the room's time that passes, and there is little of it. */
export function wordyAudio(sentences: number) {
  return {
    format: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
    data: new Uint8Array(sentences * sentenceBytes),
  } as const;
}

/**
 * A provider on Deepgram's live protocol that says more in a second than a person in an hour: it fills a room with
 * segments, numbered from 0, for tests in which only their number matters.
 */
export function startWordyProvider(): Promise<LiveProvider> {
  return startLiveProvider(() => sayingFinals(sentenceBytes, sentenceS, sentence));
}

/** Of different lengths, as what people say. */
function sentence(number: number): string {
  return `This is sentence ${number} of a ${"very ".repeat(number % 7)}long evening.`;
}
