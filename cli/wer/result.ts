import { bytesToSamples, samplesToMs } from "../../shared/audio.ts";
import { spreadOf } from "../../shared/percentile.ts";
import type { Spread } from "../../shared/stats.ts";
import { messageOf } from "../errors.ts";
import { align, countEdits } from "./align.ts";
import { entryOf, ratesOf } from "./baseline.ts";
import { type Recording, readRecording } from "./corpus.ts";
import type { Erasure } from "./erasure.ts";
import type { Judged, Result } from "./judged.ts";
import { type Latencies, measure, type Reading } from "./latency.ts";
import { normalise } from "./normalise.ts";
import { countSentenceErrors, sentencesOf } from "./sentence-errors.ts";
import type { Audio, Way } from "./ways.ts";

/** Streams one recording of a folder. A file that cannot be judged is a result too. */
export async function judge(way: Way, folder: string, { file, transcript }: Recording): Promise<Result> {
  try {
    return await judgeAudio(way, file, transcript, readRecording(folder, file));
  } catch (error) {
    return {
      file,
      referenceWords: normalise(transcript).length,
      sentences: sentencesOf(transcript).length,
      error: messageOf(error),
    };
  }
}

/** Streams audio and compares what was shown as final with what was said. */
export async function judgeAudio(way: Way, file: string, transcript: string, audio: Audio): Promise<Judged> {
  const reference = normalise(transcript);
  const viewing = await way(audio);
  const text = viewing.segments
    .map((segment) => segment.text)
    .filter((part) => part !== "")
    .join(" ");
  const pairs = align(reference, normalise(text));
  const { sentences, wrong } = countSentenceErrors(transcript, pairs);
  return {
    file,
    audioMs: samplesToMs(bytesToSamples(audio.data.length, audio.format), audio.format),
    text,
    referenceWords: reference.length,
    edits: countEdits(pairs),
    sentences,
    wrongSentences: wrong,
    pairs,
    latencies: measure(viewing),
  };
}

/** Whether two ways showed the same words, in whatever capitals and punctuation. */
export function sameWords(one: Result, other: Result): boolean {
  if ("error" in one || "error" in other) return false;
  return normalise(one.text).join(" ") === normalise(other.text).join(" ");
}

export type Summary = {
  readonly files: number;
  readonly failed: number;
  /** Files of which nothing was shown. */
  readonly empty: number;
  readonly referenceWords: number;
  readonly edits: number;
  /** Edits by reference words. A failed file counts as all wrong. */
  readonly wer: number;
  readonly sentences: number;
  readonly wrongSentences: number;
  /** Sentences with any error by all sentences. */
  readonly ser: number;
  /** All in milliseconds. */
  readonly fromWordEnd: Spread | null;
  readonly fromWordStart: Spread | null;
  readonly toFinal: Spread | null;
  /** Words that came and were not kept, by final words. */
  readonly erasure: Erasure;
  readonly fast: ReadingSummary;
  readonly steady: ReadingSummary;
  readonly wordsWithoutTimes: number;
};

export type ReadingSummary = { readonly erasure: Erasure; readonly addedDelay: Spread | null };

export function summarise(results: readonly Result[]): Summary {
  const judged = results.filter((result) => "latencies" in result);
  const all = (pick: (latencies: Latencies) => readonly number[]): Spread | null =>
    spreadOf(judged.flatMap(({ latencies }) => pick(latencies)));
  const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
    items.reduce((total, item) => total + pick(item), 0);
  const entries = results.map((result) => entryOf(result));
  const edits = sum(entries, (entry) => entry.edits);
  const referenceWords = sum(entries, ({ words }) => words);
  const sentences = sum(entries, (entry) => entry.sentences);
  const wrongSentences = sum(entries, (entry) => entry.wrongSentences);
  const { wer, ser } = ratesOf(entries);
  const finalWords = sum(judged, ({ text }) => normalise(text).length);
  const byWord = (pick: (latencies: Latencies) => Erasure): Erasure => {
    const rate = (figure: keyof Erasure): number =>
      sum(judged, ({ latencies }) => pick(latencies)[figure]) / Math.max(1, finalWords);
    return {
      afterFirstChange: rate("afterFirstChange"),
      inPlace: rate("inPlace"),
      toTheLetter: rate("toTheLetter"),
    };
  };
  const reading = (pick: (latencies: Latencies) => Reading): ReadingSummary => ({
    erasure: byWord((latencies) => pick(latencies).erasure),
    addedDelay: all((latencies) => pick(latencies).addedDelay),
  });
  return {
    files: results.length,
    failed: results.length - judged.length,
    empty: judged.filter(({ text }) => text === "").length,
    referenceWords,
    edits,
    wer,
    sentences,
    wrongSentences,
    ser,
    fromWordEnd: all((latencies) => latencies.fromWordEnd),
    fromWordStart: all((latencies) => latencies.fromWordStart),
    toFinal: all((latencies) => latencies.toFinal),
    erasure: byWord((latencies) => latencies.erasure),
    fast: reading((latencies) => latencies.fast),
    steady: reading((latencies) => latencies.steady),
    wordsWithoutTimes: sum(judged, ({ latencies }) => latencies.wordsWithoutTimes),
  };
}
