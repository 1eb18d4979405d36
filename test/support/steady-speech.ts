import type { LiveProvider } from "./live-provider.ts";
import { type Heard, sceneSpeech, startSceneProvider } from "./scene-provider.ts";

const words = "This is said again and again and again and again".split(" ");

/** Somebody who does not stop: one word after the other, and a final after the last. */
const said: readonly Heard[] = Array.from({ length: 6_000 }, (_, step) => {
  const at = step % words.length;
  return { text: words.slice(0, at + 1).join(" "), isFinal: at === words.length - 1 };
});

/** A provider that hears ten words a second for ten minutes on each socket, whatever is sent. */
export const startSteadyProvider = (): Promise<LiveProvider> => startSceneProvider(said);

/** Of the same length as `sceneSpeech.step`, and as loud as a voice. */
const loudStep = sceneSpeech.step.map((_, at) => (at % 2 === 1 ? ((at >> 1) % 40 < 20 ? 0x20 : 0xe0) : 0));

/** Speaks at real time until it is told to stop. */
export function speakOn(write: (bytes: Uint8Array) => void): () => void {
  const timer = setInterval(() => write(loudStep), 100);
  return () => clearInterval(timer);
}
