import { closeDirections } from "../direction.ts";

// Between these a line must not break: French sets them before "?" and "!".
const noBreakSpace = "\u00a0";
const narrowNoBreakSpace = "\u202f";
/** `toWellFormed` is younger than the browsers that the pages are made for. */
const loneSurrogate = /\p{Cs}/gu;
const replacement = "\ufffd";

/**
 * Text that fits on a line of a text file: well-formed Unicode, without control characters and line breaks of any kind,
 * words parted by one space, none at the ends. Spaces that forbid a line break stay.
 */
export function plain(text: string): string {
  return text
    .replace(loneSurrogate, replacement)
    .replace(/[\s\p{Cc}]+/gu, (run) => (run === noBreakSpace || run === narrowNoBreakSpace ? run : " "))
    .trim();
}

/** `plain`, with an end to every change of direction: one line that can be set before another without turning it round. */
export function plainLine(text: string): string {
  return closeDirections(plain(text));
}
