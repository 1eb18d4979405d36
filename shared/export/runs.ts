import type { Segment } from "../captions.ts";
import { type TimedPiece, timed } from "./piece-times.ts";
import { needsSpace, piecesOf } from "./pieces.ts";
import { plainLine } from "./plain.ts";
import { onTimeline, type Placed } from "./timeline.ts";

/** What is told in one go: speech of one speaker without a long pause, or captions that are lost. */
export type Run =
  | {
      readonly kind: "speech";
      readonly session: string;
      readonly speaker: number | undefined;
      /** Somebody else than the last known speaker of the session. */
      readonly isTurn: boolean;
      readonly pieces: readonly TimedPiece[];
    }
  | { readonly kind: "gap"; readonly start: number; readonly end: number };

export type RunRules = {
  readonly isWithSpeakers: boolean;
  readonly pieceMaxColumns: number;
  /** Segments that follow each other less closely are told apart. */
  readonly joinMs: number;
  /** Words of one segment that are further apart are told apart too. */
  readonly pauseMs: number;
};

type GrowingSpeech = Extract<Run, { kind: "speech" }> & { pieces: TimedPiece[] };
type GrowingRun = GrowingSpeech | { kind: "gap"; start: number; end: number };

/** A transcript's runs in order, on the common timeline. Segments without a visible word make none. */
export function runsOf(segments: readonly Segment[], rules: RunRules): Run[] {
  const runs: GrowingRun[] = [];
  /** The last segment whose speaker is known. */
  let known: Placed | null = null;
  for (const segment of onTimeline(segments)) {
    const last = runs.at(-1);
    if (segment.kind === "gap") {
      const isSame = last?.kind === "gap" && segment.start - last.end < rules.joinMs;
      if (isSame) last.end = Math.max(last.end, segment.end);
      else runs.push({ kind: "gap", start: segment.start, end: segment.end });
      continue;
    }
    const text = plainLine(segment.text);
    const pieces = timed(segment, piecesOf(text, rules.pieceMaxColumns));
    if (pieces.length === 0) continue;
    const speaker = rules.isWithSpeakers ? segment.speaker : undefined;
    const isTurn =
      speaker !== undefined && known?.session === segment.session && known.speaker !== segment.speaker;
    if (speaker !== undefined) known = segment;
    const isSame = last?.kind === "speech" && last.session === segment.session && last.speaker === speaker;
    append(runs, isSame ? last : null, { session: segment.session, speaker, isTurn }, pieces, rules);
  }
  return runs;
}

function append(
  runs: GrowingRun[],
  last: GrowingSpeech | null,
  of: Pick<GrowingSpeech, "session" | "speaker" | "isTurn">,
  pieces: readonly TimedPiece[],
  { joinMs, pauseMs }: RunRules,
): void {
  let run = last;
  for (const [index, piece] of pieces.entries()) {
    const before = run?.pieces.at(-1);
    const limitMs = index === 0 ? joinMs : pauseMs;
    if (run === null || before === undefined || piece.start - before.end >= limitMs) {
      run = { kind: "speech", ...of, isTurn: of.isTurn && index === 0, pieces: [piece] };
      runs.push(run);
    } else {
      const spaced = index === 0 ? needsSpace(before.text, piece.text) : piece.spaced;
      run.pieces.push({ ...notBefore(piece, before.end), spaced });
    }
  }
}

/** A speaker's words are told one after the other, also where a provider's times overlap. */
function notBefore(piece: TimedPiece, time: number): TimedPiece {
  const start = Math.max(piece.start, time);
  return { ...piece, start, end: Math.max(piece.end, start) };
}
