import type { Segment } from "../captions.ts";
import { type Cue, type CueLine, lineText } from "./cue.ts";
import { type CueOptions, cuesOf } from "./cues.ts";
import { timestamp } from "./timestamp.ts";

const header = `WEBVTT

NOTE
Captions made by Captionwire.
Times count from the beginning of the first session.
`;

/**
 * A transcript as a WebVTT file. Spoken text never becomes markup: `&`, `<` and `>` are escaped, and with them `-->`.
 * Speakers are voices, numbered from 1 in each session.
 */
export function toVtt(segments: readonly Segment[], options: CueOptions = {}): string {
  return [header, ...cuesOf(segments, options).map(block)].join("\n");
}

function block({ start, end, lines }: Cue): string {
  return `${timestamp(start, ".")} --> ${timestamp(end, ".")}\n${voices(lines).join("\n")}\n`;
}

/** Lines of one speaker stand in one voice span. */
function voices(lines: readonly CueLine[]): string[] {
  const [first, second] = lines;
  if (first === undefined) return [];
  if (second === undefined) return [voice(first, escaped(first))];
  if (first.speaker !== second.speaker) return [voice(first, escaped(first)), voice(second, escaped(second))];
  return [voice(first, `${escaped(first)}\n${escaped(second)}`)];
}

function voice({ speaker }: CueLine, text: string): string {
  return speaker === undefined ? text : `<v Speaker ${speaker + 1}>${text}</v>`;
}

function escaped(line: CueLine): string {
  return lineText(line).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
