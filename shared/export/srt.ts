import type { Segment } from "../captions.ts";
import { type Cue, lineText } from "./cue.ts";
import { type CueOptions, cuesOf } from "./cues.ts";
import { timestamp } from "./timestamp.ts";

/**
 * A transcript as a SubRip file.
 *
 * The format has no way to escape what players take for markup: HTML tags, `{\an8}` and `\N`, and a line with `-->`
 * ends a cue for some readers. So the characters that open these give way to ones that look alike: `<` to `‹`, `{`
 * and `}` to parentheses, `\` to `∖`, and `-->` to `--›`. WebVTT, text and JSON keep them.
 */
export function toSrt(segments: readonly Segment[], options: CueOptions = {}): string {
  return cuesOf(segments, options)
    .map((cue, index) => block(cue, index + 1))
    .join("\n");
}

function block({ start, end, lines }: Cue, number: number): string {
  const text = lines.map((line) => lineText({ ...line, text: harmless(line.text) })).join("\n");
  return `${number}\n${timestamp(start, ",")} --> ${timestamp(end, ",")}\n${text}\n`;
}

function harmless(text: string): string {
  return text
    .replaceAll("-->", "--›")
    .replaceAll("<", "‹")
    .replaceAll("{", "(")
    .replaceAll("}", ")")
    .replaceAll("\\", "∖");
}
