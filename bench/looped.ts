import { msToSamples, samplesToBytes } from "../shared/audio.ts";
import type { Recording } from "../test/support/recording.ts";

/** The recording again and again, to the end of the sentence that is spoken after `lengthMs`. */
export function loop(recording: Recording, lengthMs: number): Recording {
  const { format, data } = recording;
  const roundMs = (data.length / samplesToBytes(format.sampleRate, format)) * 1000;
  const rounds = Math.ceil(lengthMs / roundMs) + 1;
  const sentences = Array.from({ length: rounds }, (_, round) =>
    recording.sentences.map(({ startMs, endMs }) => ({
      startMs: startMs + round * roundMs,
      endMs: endMs + round * roundMs,
    })),
  ).flat();
  const kept = sentences.slice(0, sentences.findIndex(({ endMs }) => endMs >= lengthMs) + 1);
  const next = sentences[kept.length];
  const whole = new Uint8Array(Buffer.concat(Array.from({ length: rounds }, () => data)));
  const all = { format, sentences: kept, data: whole };
  return { ...all, data: between(all, 0, next?.startMs ?? rounds * roundMs) };
}

/** The sound between two places. */
export function between({ format, data }: Recording, fromMs: number, toMs: number): Uint8Array {
  const at = (ms: number): number => samplesToBytes(msToSamples(ms, format), format);
  return data.subarray(at(fromMs), at(toMs));
}
