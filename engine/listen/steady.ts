import { type Hypothesis, sameWord } from "../recognise/words.ts";

/** A new word this sure, that ended this long before the audio did, is shown without being heard twice. */
const SURE = 0.9;
const SETTLED_AFTER_SAMPLES = 3200;

/** A word that ended longer ago than this is shown in any case: what follows it would vanish with it. */
const PAST_SAMPLES = 9600;

/**
 * The part of an interim that is worth showing. The last words of audio that stops in the middle of speech are often
 * half-heard and gone a moment later; they are held back until the next run hears them again or more audio makes them sure.
 * `before` is the run before, of a little less of the same audio; `audioSamples` is how much this run heard.
 */
export function steadyPart(
  hypothesis: Hypothesis,
  before: Hypothesis | null,
  audioSamples: number,
): Hypothesis {
  const { words } = hypothesis;
  const shaky = words.findIndex((word, index) => {
    const age = audioSamples - word.end;
    const sure = word.confidence >= SURE && age >= SETTLED_AFTER_SAMPLES;
    return !sure && age < PAST_SAMPLES && !sameWord(before?.words[index], word);
  });
  if (shaky < 0) return hypothesis;
  const kept = words.slice(0, shaky);
  return { ...hypothesis, words: kept, text: kept.map((word) => word.text).join(" ") };
}

/**
 * Without the mark at its end: to the model, audio that stops in the middle of speech sounds like the end of a sentence,
 * and the full stop would come and go with every word.
 */
export function openEnded(hypothesis: Hypothesis): Hypothesis {
  const last = hypothesis.words.at(-1);
  const text = last?.text.replace(/[.,!?…]+$/u, "");
  if (last === undefined || text === undefined || text === last.text) return hypothesis;
  const words = [...hypothesis.words.slice(0, -1), { ...last, text }];
  return { ...hypothesis, words, text: words.map((word) => word.text).join(" ") };
}
