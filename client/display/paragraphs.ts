import type { Interim, Segment } from "../index.ts";

/** A run of segments that reads as one paragraph; `interim` is what is being said now, at its end. */
export type Paragraph = {
  readonly kind: "speech" | "gap";
  readonly segments: readonly Segment[];
  readonly interim: Interim | null;
  /** Somebody else than the speaker before, as far as speakers are told apart; marked by `>>` as captioners do. */
  readonly isOtherSpeaker: boolean;
  readonly speaker: number | undefined;
  /** Somebody begins: another one, or the first whose voice is known. */
  readonly opensSpeaker: boolean;
};

const pauseMs = 2_500;
const longChars = 320;

/**
 * Groups captions into paragraphs. Whether a segment opens a paragraph depends only on what stands before it and on
 * its own start and speaker. So the interim and the final it becomes stand in the same place, and text already
 * shown never moves.
 *
 * @param openers ids of segments that open one in any case: what was the first stays so when earlier ones come before it
 */
export function paragraphs(
  segments: readonly Segment[],
  interim: Interim | null,
  openers: ReadonlySet<string> = new Set(),
): Paragraph[] {
  const result: (Paragraph & { segments: Segment[]; interim: Interim | null })[] = [];
  let chars = 0;
  /** The last one whose speaker is known. */
  let spoken: Segment | null = null;
  for (const segment of segments) {
    const last = result.at(-1);
    const before = last?.segments.at(-1);
    if (
      last === undefined ||
      before === undefined ||
      segment.kind === "gap" ||
      openers.has(segment.id) ||
      segment.session !== before.session ||
      opens(segment, before, chars)
    ) {
      const isOtherSpeaker = segment.session === spoken?.session && isOther(segment, spoken);
      const opensSpeaker =
        segment.speaker !== undefined && (isOtherSpeaker || segment.session !== spoken?.session);
      const { kind, speaker } = segment;
      result.push({ kind, segments: [segment], interim: null, isOtherSpeaker, speaker, opensSpeaker });
      chars = 0;
    } else {
      last.segments.push(segment);
    }
    chars += segment.text.length;
    if (segment.speaker !== undefined) spoken = segment;
  }
  if (interim !== null && interim.text !== "") {
    const last = result.at(-1);
    const before = last?.segments.at(-1);
    // A new session's clock starts again, so an interim that begins before the last segment's end is of another one.
    const isOtherSession = before === undefined || interim.start < before.start;
    if (last === undefined || isOtherSession || opens(interim, before, chars)) {
      const isSpokens = !isOtherSession && before.session === spoken?.session;
      const isOtherSpeaker = isSpokens && spoken !== null && isOther(interim, spoken);
      const { speaker } = interim;
      const opensSpeaker = speaker !== undefined && (isOtherSpeaker || !isSpokens);
      result.push({ kind: "speech", segments: [], interim, isOtherSpeaker, speaker, opensSpeaker });
    } else {
      last.interim = interim;
    }
  }
  return result;
}

function opens(next: Segment | Interim, before: Segment, charsBefore: number): boolean {
  return (
    before.kind === "gap" ||
    next.start - before.end > pauseMs ||
    charsBefore >= longChars ||
    isOther(next, before)
  );
}

function isOther(next: Segment | Interim, before: Segment): boolean {
  return next.speaker !== undefined && next.speaker !== before.speaker;
}
