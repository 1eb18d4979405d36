import { counted } from "../../shared/counted.ts";
import { fitLine, type Line, valueAt } from "../../shared/fit.ts";
import { median } from "../../shared/percentile.ts";
import type { PlotPoints } from "../plot.ts";
import { inMs } from "./facts.ts";
import type { Measurement } from "./measure.ts";

/** The linear picture of latency: what was measured, and the lines through it. */
export type Picture = {
  /** First bytes, whole answers, and the line through each. */
  readonly points: readonly PlotPoints[];
  /** The same in sentences. */
  readonly words: readonly string[];
};

/** Long texts, which are spoken in chunks, are no part of the lines. */
export function pictureOf(measurements: readonly Measurement[]): Picture {
  const single = measurements.filter(({ kind }) => kind === "single");
  const longest = Math.max(0, ...single.map(({ characters }) => characters));
  const firstBytes = single.map(({ characters, firstByteMs }) => [characters, firstByteMs] as const);
  const totals = single.map(({ characters, totalMs }) => [characters, totalMs] as const);
  const firstByte = fitLine(firstBytes);
  const total = fitLine(totals);
  const drawn = (line: Line | null): PlotPoints =>
    line === null ? [] : [0, longest].map((x) => [x, valueAt(line, x)] as const);
  return {
    points: [firstBytes, totals, drawn(firstByte), drawn(total)],
    words: [
      ...(firstByte === null ? [] : [`First byte: ${lineInWords(firstByte)}.`]),
      ...(total === null ? [] : [`Whole answer: ${lineInWords(total)}.`]),
      ...longInWords(
        measurements.filter(({ kind }) => kind === "long"),
        single,
      ),
    ],
  };
}

/** "41 ms + 0.02 ms per character" */
export function lineInWords({ intercept, slope }: Line): string {
  const size = Number(Math.abs(slope).toPrecision(2));
  return `${inMs(intercept)} ${slope < 0 ? "−" : "+"} ${size} ms per character`;
}

/** What a text in chunks takes, and, to compare, what the single ones took. */
function longInWords(long: readonly Measurement[], single: readonly Measurement[]): readonly string[] {
  const characters = median(long.map((each) => each.characters));
  const firstByteMs = median(long.map((each) => each.firstByteMs));
  const totalMs = median(long.map((each) => each.totalMs));
  if (characters === null || firstByteMs === null || totalMs === null) return [];
  return [
    `${counted(Math.round(characters), "character")}, spoken in chunks: first byte after ${inMs(firstByteMs)}; ` +
      `of the shorter texts after ${inMs(median(single.map((each) => each.firstByteMs)))} (medians). ` +
      `Whole answer after ${inMs(totalMs)}.`,
  ];
}
