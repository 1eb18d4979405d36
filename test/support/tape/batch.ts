import type { Random } from "./random.ts";
import { type Run, textOf } from "./recogniser.ts";
import { secondsOf, tapeFormat } from "./tape.ts";

export const wavHeaderBytes = 44;

/** The audio of a WAV file with a plain header, or what is wrong with the file. */
export function readWav(file: Uint8Array): Uint8Array | string {
  if (file.length < wavHeaderBytes) return "shorter than a WAV header";
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const tag = (at: number): string => String.fromCharCode(...file.subarray(at, at + 4));
  if (tag(0) !== "RIFF" || tag(8) !== "WAVE" || tag(12) !== "fmt " || tag(36) !== "data")
    return "no WAV header";
  if (view.getUint32(4, true) !== file.length - 8) return "a wrong RIFF length";
  if (view.getUint32(40, true) !== file.length - wavHeaderBytes) return "a wrong data length";
  const format = [view.getUint16(20, true), view.getUint16(22, true), view.getUint32(24, true)];
  if (format.join() !== [1, tapeFormat.channels, tapeFormat.sampleRate].join())
    return `format ${format.join()}`;
  if (view.getUint16(32, true) !== 2 || view.getUint16(34, true) !== 16) return "not 16 bits a sample";
  return file.subarray(wavHeaderBytes);
}

/** Deepgram's batch answer for a recording in which these words were found. */
export function batchAnswer(runs: readonly Run[], samples: number, random: Random): string {
  const words = runs.map(wordOf);
  const utterances: object[] = [];
  for (let at = 0; at < words.length; ) {
    const part = words.slice(at, at + random.int(1, 8));
    const [first, last] = [part[0], part.at(-1)];
    if (first === undefined || last === undefined) break;
    at += part.length;
    utterances.push({
      id: `utterance-${at}`,
      start: first.start,
      end: last.end,
      confidence: 0.98,
      channel: 0,
      transcript: part.map(({ punctuated_word }) => punctuated_word).join(" "),
      words: part,
    });
  }
  return JSON.stringify({
    metadata: {
      transaction_key: "deprecated",
      request_id: "tape",
      sha256: "tape",
      created: "2026-08-01T10:00:00.000Z",
      duration: secondsOf(samples),
      channels: 1,
      models: ["tape"],
      model_info: { tape: { name: "tape", version: "1", arch: "tape" } },
    },
    results: {
      channels: [
        {
          alternatives: [
            {
              transcript: words.map(({ punctuated_word }) => punctuated_word).join(" "),
              confidence: words.length === 0 ? 0 : 0.98,
              words,
            },
          ],
        },
      ],
      utterances,
    },
  });
}

function wordOf(run: Run) {
  return {
    word: textOf(run),
    start: secondsOf(run.from),
    end: secondsOf(run.to),
    confidence: 0.98,
    punctuated_word: textOf(run),
  };
}
