import type { Segment } from "../captions.ts";
import { type Cue, missingText, turnMark } from "./cue.ts";
import { settled } from "./cue-times.ts";
import { flow } from "./flow.ts";
import { type Run, runsOf } from "./runs.ts";

export type CueOptions = {
  /** Columns of a line, 20 or more. Default 42. */
  readonly columns?: number;
  /** Whether speakers are told apart. Default true. */
  readonly speakers?: boolean;
};

/** Of cues: how long they stay, and how far apart they are (two frames at 25 a second). */
export const cueMs = { min: 1_000, max: 7_000, apart: 80 } as const;

const joinMs = 300;
const pauseMs = 1_500;

/**
 * A transcript as caption cues, in order.
 *
 * Guarantee: every word of the transcript is there once, in its order; a cue has at most two lines of at most
 * `columns` columns, where sixteen full-width characters fill a line of 42; cues are at least `cueMs.apart` apart, none
 * is longer than `cueMs.max`, and one is shorter than `cueMs.min` only when the next follows at once. A cue begins with
 * its first word, unless speech overlaps or is too short to be seen. Only a word wider than a line is cut.
 */
export function cuesOf(
  segments: readonly Segment[],
  { columns = 42, speakers = true }: CueOptions = {},
): Cue[] {
  const pieceMaxColumns = columns - turnMark.length;
  const runs = runsOf(segments, { isWithSpeakers: speakers, pieceMaxColumns, joinMs, pauseMs });
  const cues: Cue[] = [];
  for (const run of runs) {
    const last = cues.at(-1);
    const isShared = last !== undefined && awaitsAnswer(last, run);
    const [first, ...rest] = cuesOfRun(run, columns, isShared);
    if (first === undefined) continue;
    if (isShared && first.end - last.start <= cueMs.max) cues[cues.length - 1] = joined(last, first);
    else cues.push(first);
    for (const cue of rest) cues.push(cue);
  }
  return settled(cues, cueMs);
}

function cuesOfRun(run: Run, columns: number, isFirstShared: boolean): Cue[] {
  if (run.kind === "gap") return [{ ...run, lines: [{ text: missingText, isTurn: false }] }];
  const { speaker, isTurn, pieces } = run;
  const screens = flow(pieces, {
    columns,
    indent: isTurn ? turnMark.length : 0,
    isFirstShared,
    screenMaxMs: cueMs.max,
    screenMinMs: cueMs.min,
  });
  return screens.map(
    ({ start, end, lines }, screen): Cue => ({
      kind: "speech",
      start,
      end,
      lines: lines.map((text, line) => ({
        text,
        ...(speaker === undefined ? {} : { speaker }),
        isTurn: isTurn && screen === 0 && line === 0,
      })),
    }),
  );
}

/** A line so short-lived that nobody could read it alone shares a cue with what another answers, a line each. */
function awaitsAnswer(last: Cue, next: Run): boolean {
  if (last.kind === "gap" || last.lines.length > 1 || next.kind === "gap" || !next.isTurn) return false;
  const start = next.pieces[0]?.start ?? 0;
  return start - last.end < joinMs && start - last.start < cueMs.min + cueMs.apart;
}

function joined(first: Cue, second: Cue): Cue {
  return { ...first, end: Math.max(first.end, second.end), lines: [...first.lines, ...second.lines] };
}
