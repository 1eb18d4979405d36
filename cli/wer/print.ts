import { percentile } from "../../shared/percentile.ts";
import type { Spread } from "../../shared/stats.ts";
import type { Screen } from "../terminal/screen.ts";
import type { Pair } from "./align.ts";
import type { Comparison } from "./baseline.ts";
import type { Erasure } from "./erasure.ts";
import type { Result } from "./judged.ts";
import type { Summary } from "./result.ts";

const missing = "·";
const label = 12;

export function printResult(screen: Screen, result: Result, way = ""): void {
  const dim = (text: string): string => screen.style("dim", text);
  const title = screen.style("bold", way === "" ? result.file : `${result.file}, ${way}`);
  if ("error" in result) {
    screen.print(`${title}  ${screen.style("red", `failed: ${result.error}`)}`);
    screen.print();
    return;
  }
  const { edits, referenceWords, sentences, wrongSentences, audioMs, pairs, latencies } = result;
  const rate = `WER ${percent(edits / Math.max(1, referenceWords))}`;
  const first = `first appearance p50 ${ms(percentile(latencies.fromWordEnd, 0.5))}`;
  const facts = `${edits} of ${referenceWords} words · ${wrongSentences} of ${sentences} sentences wrong · ${(audioMs / 1000).toFixed(1)} s · ${first}`;
  screen.print(`${title}  ${screen.style(edits === 0 ? "green" : "yellow", rate)}  ${dim(facts)}`);
  printPairs(screen, pairs);
  screen.print();
}

/** What was said above what was shown. */
export function printPairs(screen: Screen, pairs: readonly Pair[]): void {
  for (const [reference, hypothesis] of rows(pairs, screen)) {
    screen.print(`  ${screen.style("dim", "transcript".padEnd(label))}${reference}`);
    screen.print(`  ${screen.style("dim", "shown".padEnd(label))}${hypothesis}`);
  }
}

/** Both texts in columns, wrapped together; words that differ in capitals, what is missing as dots. */
function rows(pairs: readonly Pair[], screen: Screen): [string, string][] {
  const width = screen.columns - label - 3;
  const lines: [string, string][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const pair of pairs) {
    const size = Math.max(pair.reference?.length ?? 1, pair.hypothesis?.length ?? 1);
    if (used + size + 1 > width) {
      lines.push(["", ""]);
      used = 0;
    }
    used += size + 1;
    const line = lines.at(-1);
    if (line === undefined) continue;
    const cell = (word: string | null): string => {
      if (pair.kind === "same") return (word ?? "").padEnd(size);
      const text = word === null ? missing.repeat(size) : word.toUpperCase();
      return screen.style(word === null ? "dim" : "yellow", text.padEnd(size));
    };
    line[0] += `${cell(pair.reference)} `;
    line[1] += `${cell(pair.hypothesis)} `;
  }
  return lines;
}

export function printOverall(screen: Screen, summary: Summary, way = ""): void {
  const { files, failed, empty } = summary;
  const troubles = [failed > 0 ? `, ${failed} failed` : "", empty > 0 ? `, ${empty} empty` : ""].join("");
  const { wer, ser, edits, referenceWords, sentences, wrongSentences } = summary;
  const rates = `${percent(wer)}, sentence error rate ${percent(ser)}`;
  screen.print(screen.style("bold", `Overall WER${way === "" ? "" : ` ${way}`} ${rates}`));
  screen.print(
    `  ${edits} edits of ${referenceWords} words, ${wrongSentences} of ${sentences} sentences wrong, ${files} files${troubles}`,
  );
  screen.print(
    `  first appearance of a word   ${both(summary.fromWordEnd)}   (${summary.fromWordEnd?.count ?? 0} words)`,
  );
  screen.print(`    … from its start           ${both(summary.fromWordStart)}`);
  screen.print(
    `  end of speech to final       ${both(summary.toFinal)}   (${summary.toFinal?.count ?? 0} segments)`,
  );
  screen.print("  erasure, by final word       after the first change   in place   to the letter");
  screen.print(`    what comes                 ${erased(summary.erasure)}`);
  screen.print(`    a page shows, fast         ${erased(summary.fast.erasure)}`);
  screen.print(`    a page shows, steady       ${erased(summary.steady.erasure)}`);
  screen.print(`  delay added by fast          ${both(summary.fast.addedDelay)}`);
  screen.print(`  delay added by steady        ${both(summary.steady.addedDelay)}`);
  if (summary.wordsWithoutTimes > 0) {
    screen.print(`  ${summary.wordsWithoutTimes} final words carry no times and have no latency.`);
  }
}

function erased({ afterFirstChange, inPlace, toTheLetter }: Erasure): string {
  return `${afterFirstChange.toFixed(2).padEnd(25)}${inPlace.toFixed(2).padEnd(11)}${toTheLetter.toFixed(2)}`;
}

function both(spread: Spread | null): string {
  return `p50 ${ms(spread?.p50 ?? null).padStart(8)}   p95 ${ms(spread?.p95 ?? null).padStart(8)}`;
}

function ms(value: number | null): string {
  return value === null ? "–" : `${Math.round(value)} ms`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

const marks = { better: "green", worse: "red", new: "dim" } as const;

/** What became better or worse than it was; of what did not, how many files. */
export function printComparison(screen: Screen, { files, before, now }: Comparison): void {
  screen.print();
  screen.print(screen.style("bold", "By the baseline"));
  const line = (verdict: string, what: string): string => `  ${verdict.padEnd(8)}${what}`;
  for (const { file, verdict } of files) {
    if (verdict !== "same" && verdict !== "gone")
      screen.print(screen.style(marks[verdict], line(verdict, file)));
  }
  for (const [verdict, what] of [
    ["same", ""],
    ["gone", " of the baseline, not measured now"],
  ] as const) {
    const count = files.filter((each) => each.verdict === verdict).length;
    if (count > 0) screen.print(line(verdict, `${count} ${count === 1 ? "file" : "files"}${what}`));
  }
  screen.print(`  WER ${percent(before.wer)} → ${percent(now.wer)}`);
  screen.print(`  sentence error rate ${percent(before.ser)} → ${percent(now.ser)}`);
}
