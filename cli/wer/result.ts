import { randomBytes } from "node:crypto";
import { bytesToSamples, samplesToMs } from "../../shared/audio.ts";
import type { Service } from "../api.ts";
import { broadcast } from "../broadcast/broadcast.ts";
import { messageOf } from "../errors.ts";
import { align, countEdits, type Pair } from "./align.ts";
import { type Recording, readRecording } from "./corpus.ts";
import { type Latencies, measure } from "./latency.ts";
import { normalise } from "./normalise.ts";
import { type Spread, spread } from "./percentile.ts";

export type Judged = {
  readonly file: string;
  readonly audioMs: number;
  /** What the viewer was shown as final, as it was shown. */
  readonly text: string;
  readonly referenceWords: number;
  readonly edits: number;
  readonly pairs: readonly Pair[];
  readonly latencies: Latencies;
};

export type Failed = { readonly file: string; readonly referenceWords: number; readonly error: string };
export type Result = Judged | Failed;

/** Streams one recording through a room of its own. A file that cannot be judged is a result too. */
export async function judge(service: Service, folder: string, recording: Recording): Promise<Result> {
  const reference = normalise(recording.transcript);
  try {
    const audio = readRecording(folder, recording.file);
    const room = `wer-${randomBytes(6).toString("hex")}`;
    const result = await broadcast({ service, room, ...audio });
    const text = result.segments
      .map((segment) => segment.text)
      .filter((part) => part !== "")
      .join(" ");
    const pairs = align(reference, normalise(text));
    return {
      file: recording.file,
      audioMs: samplesToMs(bytesToSamples(audio.data.length, audio.format), audio.format),
      text,
      referenceWords: reference.length,
      edits: countEdits(pairs),
      pairs,
      latencies: measure(result),
    };
  } catch (error) {
    return { file: recording.file, referenceWords: reference.length, error: messageOf(error) };
  }
}

export type Summary = {
  readonly files: number;
  readonly failed: number;
  /** Files of which the viewer was shown nothing. */
  readonly empty: number;
  readonly referenceWords: number;
  readonly edits: number;
  /** Edits by reference words. A failed file counts as all wrong. */
  readonly wer: number;
  /** All in milliseconds. */
  readonly fromWordEnd: Spread;
  readonly fromWordStart: Spread;
  readonly toFinal: Spread;
  /** Words shown and then changed or taken back, by final words. */
  readonly erasure: number;
  readonly wordsWithoutTimes: number;
};

export function summarise(results: readonly Result[]): Summary {
  const judged = results.filter((result) => "latencies" in result);
  const all = (pick: (latencies: Latencies) => readonly number[]): Spread =>
    spread(judged.flatMap(({ latencies }) => pick(latencies)));
  const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
    items.reduce((total, item) => total + pick(item), 0);
  const referenceWords = sum(results, (result) => result.referenceWords);
  const edits = sum(results, (result) => ("edits" in result ? result.edits : result.referenceWords));
  const finalWords = sum(judged, ({ text }) => normalise(text).length);
  return {
    files: results.length,
    failed: results.length - judged.length,
    empty: judged.filter(({ text }) => text === "").length,
    referenceWords,
    edits,
    wer: edits / Math.max(1, referenceWords),
    fromWordEnd: all((latencies) => latencies.fromWordEnd),
    fromWordStart: all((latencies) => latencies.fromWordStart),
    toFinal: all((latencies) => latencies.toFinal),
    erasure: sum(judged, ({ latencies }) => latencies.erasedWords) / Math.max(1, finalWords),
    wordsWithoutTimes: sum(judged, ({ latencies }) => latencies.wordsWithoutTimes),
  };
}
