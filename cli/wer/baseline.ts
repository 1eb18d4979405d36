import { readFileSync } from "node:fs";
import * as v from "valibot";
import { messageOf, UserError } from "../errors.ts";
import type { Result } from "./judged.ts";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));

/** What a baseline keeps of a file: counts, no words. */
const EntrySchema = v.object({
  file: v.string(),
  words: Count,
  edits: Count,
  sentences: Count,
  wrongSentences: Count,
});
export type Entry = Readonly<v.InferOutput<typeof EntrySchema>>;

const BaselineSchema = v.object({ version: v.literal(1), entries: v.array(EntrySchema) });
export type Baseline = Readonly<v.InferOutput<typeof BaselineSchema>>;

/** A file that failed is all wrong. */
export function entryOf(result: Result, name = result.file): Entry {
  const { referenceWords: words, sentences } = result;
  return "error" in result
    ? { file: name, words, edits: words, sentences, wrongSentences: sentences }
    : { file: name, words, edits: result.edits, sentences, wrongSentences: result.wrongSentences };
}

export function readBaseline(file: string): Baseline {
  try {
    return v.parse(BaselineSchema, JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    throw new UserError(`${file} is no baseline (make one with --save-baseline): ${messageOf(error)}`);
  }
}

/** What `readBaseline` reads, as a file's text. */
export function baselineText(entries: readonly Entry[]): string {
  // A line each, so that a change of one reads as one.
  const lines = entries.map((entry) => {
    const fields = Object.entries(entry).map(
      ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    );
    return `    { ${fields.join(", ")} }`;
  });
  return `{\n  "version": 1,\n  "entries": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

/** Shares of words and of sentences that are wrong. */
export type Rates = { readonly wer: number; readonly ser: number };

export function ratesOf(entries: readonly Entry[]): Rates {
  const sum = (pick: (entry: Entry) => number): number =>
    entries.reduce((all, entry) => all + pick(entry), 0);
  return {
    wer:
      sum(({ edits }) => edits) /
      Math.max(
        1,
        sum(({ words }) => words),
      ),
    ser:
      sum(({ wrongSentences }) => wrongSentences) /
      Math.max(
        1,
        sum(({ sentences }) => sentences),
      ),
  };
}

export type Verdict = "better" | "same" | "worse" | "new" | "gone";

export type Comparison = {
  /** In the order of what is measured now; what is gone comes last. */
  readonly files: readonly { readonly file: string; readonly verdict: Verdict }[];
  /** Of the files that are on both sides. */
  readonly before: Rates;
  readonly now: Rates;
  /** By more than the tolerance, in either rate. */
  readonly isWorse: boolean;
};

/** Compares with a baseline; `tolerance` is a share of words and of sentences. Throws where nothing can be compared. */
export function compare(baseline: Baseline, entries: readonly Entry[], tolerance: number): Comparison {
  const known = new Map(baseline.entries.map((entry) => [entry.file, entry]));
  const measured = new Set(entries.map(({ file }) => file));
  const both = entries.filter(({ file }) => known.has(file));
  if (both.length === 0) throw new UserError("The baseline holds none of these files.");
  const before = ratesOf(baseline.entries.filter(({ file }) => measured.has(file)));
  const now = ratesOf(both);
  return {
    files: [
      ...entries.map((entry) => ({ file: entry.file, verdict: verdictOn(entry, known.get(entry.file)) })),
      ...baseline.entries
        .filter(({ file }) => !measured.has(file))
        .map(({ file }) => ({ file, verdict: "gone" as const })),
    ],
    before,
    now,
    isWorse: exceeds(now.wer, before.wer + tolerance) || exceeds(now.ser, before.ser + tolerance),
  };
}

/** Words decide, and between equals sentences. */
function verdictOn(now: Entry, before: Entry | undefined): Verdict {
  if (before === undefined) return "new";
  const change = now.edits - before.edits || now.wrongSentences - before.wrongSentences;
  return change === 0 ? "same" : change > 0 ? "worse" : "better";
}

/** Not by what adding shares leaves behind. */
function exceeds(value: number, limit: number): boolean {
  return value > limit + 1e-9;
}
