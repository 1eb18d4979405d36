import type { AudioFormat } from "../../shared/audio.ts";
import { results } from "../../testing/upstream/nova-frames.ts";
import { type LiveProvider, startLiveProvider } from "./live-provider.ts";

const stepS = 0.1;
const wordS = 0.4;
const sentence = "This is said again and again, and it never comes to an end".split(" ");
const sentenceSteps = Math.round((sentence.length * wordS) / stepS);
const format: AudioFormat = { encoding: "linear16", sampleRate: 8_000, channels: 1 };
const stepBytes = stepS * format.sampleRate * 2;

/** As loud as a voice. */
const loudStep = new Uint8Array(stepBytes).map((_, at) => (at % 2 === 0 ? 0 : at % 80 < 40 ? 0x20 : 0xe0));

const quietStep = new Uint8Array(stepBytes);

/** What somebody says who does not stop. */
export const steadySpeech = {
  format,
  /** Speaks at real time until it is told to stop. */
  speakOn(write: (bytes: Uint8Array) => void): () => void {
    let step = 0;
    // A sound without any pause would be no voice.
    const timer = setInterval(() => write(step++ % 4 === 3 ? quietStep : loudStep), stepS * 1000);
    return () => clearInterval(timer);
  },
} as const;

/** A provider that hears 150 words a minute in it, each from 100 to 300 ms after it was said. */
export function startSteadyProvider(): Promise<LiveProvider> {
  return startLiveProvider(() => {
    let done = 0;
    return {
      *heard(bytes) {
        for (; (done + 1 + lateSteps(done)) * stepBytes <= bytes; done += 1) yield said(done);
      },
      get durationS() {
        return done * stepS;
      },
    };
  });
}

const lateSteps = (step: number): number => 1 + (Math.floor(step / 40) % 3);

function said(step: number): string {
  const inSentence = step % sentenceSteps;
  const startS = (step - inSentence) * stepS;
  const isFinal = inSentence === sentenceSteps - 1;
  const heard = sentence.slice(0, Math.floor(((inSentence + 1) * stepS) / wordS + 0.001));
  return results({
    transcript: heard.join(" "),
    start: startS,
    duration: (inSentence + 1) * stepS,
    isFinal,
    words: heard.map((word, at) => ({
      word,
      punctuated_word: word,
      start: startS + at * wordS,
      end: startS + (at + 1) * wordS,
      confidence: 1,
    })),
  });
}
