import { readFileSync } from "node:fs";
import { messageOf, UserError } from "../errors.ts";
import type { Screen } from "../terminal/screen.ts";
import { align, countEdits } from "./align.ts";
import { type Entry, ratesOf } from "./baseline.ts";
import { normalise } from "./normalise.ts";
import { percent, printPairs } from "./print.ts";
import type { Outcome } from "./run.ts";
import { countSentenceErrors } from "./sentence-errors.ts";

/** Compares two files of text, line by line: no sound, and so no latency. */
export function runTexts(screen: Screen, reference: string, hypothesis: string): Outcome {
  const [said, shown] = [linesOf(reference), linesOf(hypothesis)];
  if (said.length !== shown.length) {
    throw new UserError(
      `${reference} has ${said.length} lines and ${hypothesis} ${shown.length}: line by line they are compared.`,
    );
  }
  const entries = said.map((line, index): Entry => {
    const words = normalise(line);
    const pairs = align(words, normalise(shown[index] ?? ""));
    const { sentences, wrong } = countSentenceErrors(line, pairs);
    const file = `line ${index + 1}`;
    const edits = countEdits(pairs);
    if (edits > 0) {
      screen.print(screen.style("bold", file));
      printPairs(screen, pairs);
    }
    return { file, words: words.length, edits, sentences, wrongSentences: wrong };
  });
  const { wer, ser } = ratesOf(entries);
  screen.print(screen.style("bold", `Overall WER ${percent(wer)}, sentence error rate ${percent(ser)}`));
  return { report: { wer, ser, lines: entries }, entries, failed: 0, worstWer: wer };
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, "utf8")
      .replace(/\r?\n$/, "")
      .split(/\r?\n/);
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${messageOf(error)}`);
  }
}
