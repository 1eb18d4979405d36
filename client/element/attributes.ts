/**
 * What a page has written into an attribute, or set as a property: frameworks write `null` and `undefined` where nothing is
 * meant. What makes no sense is the standard.
 */
export type Written = string | null | undefined;

const linesStandard = "3";
const clearAfterStandardMs = 60_000;

/** Lines of the captions, or `all` that fit. */
export function linesOf(written: Written): string {
  return written === "all" || /^([1-9]|[12]\d)$/.test(written ?? "") ? (written ?? "") : linesStandard;
}

/** Of `clear-after`, in seconds; infinite for `never`. */
export function clearAfterMsOf(written: Written): number {
  if (written === "never") return Number.POSITIVE_INFINITY;
  return /^\d{1,6}(\.\d+)?$/.test(written ?? "") ? Number(written) * 1000 : clearAfterStandardMs;
}

/** The speaker with that number, by the names that the page has given, or by the number itself. */
export function speakerName(written: Written, speaker: number): string {
  const name = (written ?? "").split(",")[speaker]?.trim();
  return name ? name : `Speaker ${speaker + 1}`;
}

export function positionOf(written: Written): "top" | "middle" | "bottom" {
  return written === "top" || written === "middle" ? written : "bottom";
}
