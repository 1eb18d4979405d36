import type { AudioFormat } from "../../shared/audio.ts";
import { results } from "../../testing/upstream/nova-frames.ts";
import { type LiveProvider, startLiveProvider } from "./live-provider.ts";

/** Something that is said next: as far as it is heard now, or finally. */
export type Heard = { readonly text: string; readonly isFinal: boolean; readonly speaker?: number };

/** Of the audio, the share of each step: a frame. */
const stepS = 0.1;
const format: AudioFormat = { encoding: "linear16", sampleRate: 8_000, channels: 1 };
const stepBytesAt = (sampleRate: number) => stepS * sampleRate * 2;

export const sceneSpeech = {
  format,
  /** What makes the provider hear the next step. */
  step: new Uint8Array(stepBytesAt(format.sampleRate)),
} as const;

/** A provider on Deepgram's live protocol that hears what is written, step by step, whatever is said. */
export function startSceneProvider(steps: readonly Heard[]): Promise<LiveProvider> {
  return startLiveProvider((query) => {
    const stepBytes = stepBytesAt(Number(query.get("sample_rate")));
    let done = 0;
    let startS = 0;
    return {
      *heard(bytes) {
        for (; (done + 1) * stepBytes <= bytes; done += 1) {
          const step = steps[done];
          if (step === undefined) continue;
          const endS = (done + 1) * stepS;
          yield said(step, startS, endS - startS);
          if (step.isFinal) startS = endS;
        }
      },
      get durationS() {
        return done * stepS;
      },
    };
  });
}

function said({ text, isFinal, speaker }: Heard, start: number, duration: number): string {
  const texts = text.split(" ");
  const wordS = duration / texts.length;
  const words = texts.map((word, at) => ({
    word,
    punctuated_word: word,
    start: start + at * wordS,
    end: start + (at + 1) * wordS,
    confidence: 1,
    ...(speaker === undefined ? {} : { speaker }),
  }));
  return results({ transcript: text, start, duration, isFinal, words });
}
