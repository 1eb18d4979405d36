import type { Segment } from "../captions.ts";
import { missingText } from "./cue.ts";
import { needsSpace } from "./pieces.ts";
import { plainLine } from "./plain.ts";
import { onTimeline, type Placed } from "./timeline.ts";

export type TextOptions = {
  /** Whether paragraphs name their speakers. Default true. */
  readonly speakers?: boolean;
};

/** A longer pause begins a new paragraph. */
const pauseMs = 2_500;

/**
 * A transcript as plain text to read: one line for each paragraph, a blank line between them. Another speaker, another
 * session, a long pause and lost captions begin a new one.
 */
export function toText(segments: readonly Segment[], { speakers = true }: TextOptions = {}): string {
  const paragraphs: string[] = [];
  let last: Placed | null = null;
  for (const segment of onTimeline(segments)) {
    const text = segment.kind === "gap" ? missingText : plainLine(segment.text);
    if (text === "") continue;
    const before = paragraphs.at(-1);
    if (before === undefined || last === null || opens(segment, last, speakers)) {
      paragraphs.push(`${speakers ? label(segment) : ""}${text}`);
    } else if (segment.kind === "speech") {
      paragraphs[paragraphs.length - 1] = `${before}${needsSpace(before, text) ? " " : ""}${text}`;
    }
    last = segment;
  }
  return paragraphs.map((paragraph) => `${paragraph}\n`).join("\n");
}

function opens(next: Placed, before: Placed, speakers: boolean): boolean {
  return (
    next.kind !== before.kind ||
    next.session !== before.session ||
    next.start - before.end > pauseMs ||
    (speakers && next.speaker !== before.speaker)
  );
}

function label({ kind, speaker }: Placed): string {
  return kind === "gap" || speaker === undefined ? "" : `Speaker ${speaker + 1}: `;
}
