// Between these a line must not break: French sets them before "?" and "!".
const noBreakSpace = "\u00a0";
const narrowNoBreakSpace = "\u202f";

/**
 * Text that fits on a line of a text file: well-formed Unicode, without control characters and line breaks of any kind,
 * words parted by one space, none at the ends. Spaces that forbid a line break stay.
 */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\s\p{Cc}]+/gu, (run) => (run === noBreakSpace || run === narrowNoBreakSpace ? run : " "))
    .trim();
}
