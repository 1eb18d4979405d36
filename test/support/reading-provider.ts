import type { AudioFormat } from "../../shared/audio.ts";
import { results } from "../../testing/upstream/nova-frames.ts";
import { type LiveProvider, startLiveProvider } from "./live-provider.ts";

/** Of the audio it is sent, each piece of this length is for the next line. */
const pieceS = 0.4;
const format: AudioFormat = { encoding: "linear16", sampleRate: 8_000, channels: 1 };
const pieceBytes = pieceS * format.sampleRate * 2;

/** What is spoken for one line: its two halves make the provider say an interim, then the final. */
export const linesSpeech = {
  format,
  half: new Uint8Array(pieceBytes / 2),
} as const;

/** What follows each line at once, as a caption of its own. */
export function answerTo(index: number): string {
  return `Answer ${index}.`;
}

/**
 * A provider on Deepgram's live protocol that hears the given lines, whatever is said: for captions that no voice could
 * speak.
 */
export function startReadingProvider(lines: readonly string[]): Promise<LiveProvider> {
  return startLiveProvider(() => {
    let halves = 0;
    let durationS = 0;
    return {
      *heard(bytes) {
        durationS = bytes / format.sampleRate / 2;
        for (; ((halves + 1) * pieceBytes) / 2 <= bytes; halves += 1) yield* saidAfter(lines, halves);
      },
      get durationS() {
        return durationS;
      },
    };
  });
}

function* saidAfter(lines: readonly string[], half: number): Generator<string> {
  const index = Math.floor(half / 2);
  const line = lines[index];
  if (line === undefined) return;
  const start = index * pieceS;
  const isFinal = half % 2 === 1;
  yield spoken(line, start, isFinal);
  if (isFinal) yield spoken(answerTo(index), start + pieceS / 2, true);
}

/** For half of a piece. */
function spoken(transcript: string, start: number, isFinal: boolean): string {
  const duration = pieceS / 2;
  const texts = transcript.split(" ").filter((text) => text !== "");
  const wordS = duration / texts.length;
  const words = texts.map((text, at) => ({
    word: text,
    punctuated_word: text,
    start: start + at * wordS,
    end: start + (at + 1) * wordS,
    confidence: 1,
  }));
  return results({ transcript, start, duration, isFinal, words });
}
