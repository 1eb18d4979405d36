import type { Provider } from "../measured/targets.ts";
import { speakRaw } from "../speech.ts";
import type { Screen } from "../terminal/screen.ts";
import { playAtOnce } from "./at-once.ts";
import { listenDirectly } from "./direct.ts";
import type { Judged } from "./judged.ts";
import { printPairs } from "./print.ts";
import { judgeAudio, type Summary, summarise } from "./result.ts";
import { sentences } from "./sentences.ts";

/** One name for each speaker the engine has; its other names are the same voices again. */
export const distinctVoices = ["aura-asteria-en", "aura-angus-en", "aura-helios-en", "aura-orion-en"];

export type VoiceResult = {
  readonly voice: string;
  readonly summary: Summary;
  readonly results: readonly Judged[];
};

/** Has a voice speak each sentence and the same provider listen to it: how well one half understands the other. */
export async function judgeVoice(provider: Provider, voice: string): Promise<VoiceResult> {
  const results: Judged[] = [];
  const speaker = { url: provider.url, model: voice, authorization: `Token ${provider.apiKey}` };
  for (const sentence of sentences) {
    const audio = await speakRaw(speaker, sentence);
    results.push(
      await judgeAudio((spoken) => listenDirectly(provider, spoken, playAtOnce), voice, sentence, audio),
    );
  }
  return { voice, summary: summarise(results), results };
}

export function printVoice(screen: Screen, { voice, summary, results }: VoiceResult): void {
  const wrong = results.filter(({ edits }) => edits > 0);
  const facts = `${summary.edits} of ${summary.referenceWords} words · ${results.length - wrong.length} of ${results.length} sentences right`;
  screen.print(
    `${screen.style("bold", voice.padEnd(20))} WER ${(summary.wer * 100).toFixed(1).padStart(5)} %  ${screen.style("dim", facts)}`,
  );
  for (const { pairs } of wrong) printPairs(screen, pairs);
}
