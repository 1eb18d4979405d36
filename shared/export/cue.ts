export type CueLine = {
  readonly text: string;
  /** As the session counts them, from 0. */
  readonly speaker?: number;
  /** Another speaker begins here: shown as `>>`. */
  readonly isTurn: boolean;
};

/** What is on the screen from `start` to `end` (milliseconds since the beginning of the first session). */
export type Cue = {
  readonly kind: "speech" | "gap";
  readonly start: number;
  readonly end: number;
  /** One or two. */
  readonly lines: readonly CueLine[];
};

/** How captioners write that another speaker begins. */
export const turnMark = ">> ";
/** What stands where captions were lost. */
export const missingText = "[captions missing]";

/** The line as it is read, with its mark. */
export function lineText({ text, isTurn }: CueLine): string {
  return isTurn ? `${turnMark}${text}` : text;
}
