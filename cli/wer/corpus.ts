import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readWav } from "../../client/index.ts";
import type { AudioFormat } from "../../shared/audio.ts";
import { messageOf, UserError } from "../errors.ts";

export type Recording = { readonly file: string; readonly transcript: string };

/** Reads `transcripts.tsv`: file, tab, transcript; further columns and a header line are passed over. */
export function readCorpus(folder: string): Recording[] {
  const path = join(folder, "transcripts.tsv");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new UserError(
      `${path} cannot be read. It should hold one line for each recording: file, tab, transcript.`,
    );
  }
  const recordings = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line, index) => {
      const [file, transcript] = line.split("\t");
      if (file === undefined || transcript === undefined) {
        throw new UserError(`${path}, line ${index + 1}: a tab is missing between file and transcript.`);
      }
      return { file: file.trim(), transcript: transcript.trim() };
    });
  if (recordings[0]?.file.toLowerCase() === "file") recordings.shift();
  if (recordings.length === 0) throw new UserError(`${path} names no recording.`);
  return recordings;
}

export function readRecording(folder: string, file: string): { format: AudioFormat; data: Uint8Array } {
  const path = join(folder, file);
  try {
    return readWav(readFileSync(path));
  } catch (error) {
    throw new UserError(`${path} cannot be used: ${messageOf(error)}`);
  }
}
