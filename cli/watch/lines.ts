import { missingText } from "../../shared/export/cue.ts";
import { plainLine } from "../../shared/export/plain.ts";
import type { Change } from "./changes.ts";

/** A change as a line of text. What was corrected or came late is marked: a line that was printed stays as it is. */
export function lineOf(change: Change): string {
  switch (change.kind) {
    case "said":
      return textOf(change.segment);
    case "late":
      return `[late] ${textOf(change.segment)}`;
    case "corrected":
      return `[corrected] ${textOf(change.segment)}`;
    case "removed":
      return `[removed] ${textOf(change.segment)}`;
    case "purged":
      return "[the room's transcript was deleted]";
  }
}

type Spoken = {
  readonly text: string;
  readonly speaker?: number | undefined;
  readonly kind?: "speech" | "gap";
};

/** The text with its speaker, where speakers are told apart; without anything that could steer a terminal. */
export function textOf({ text, speaker, kind }: Spoken): string {
  if (kind === "gap") return missingText;
  return `${speaker === undefined ? "" : `Speaker ${speaker + 1}: `}${plainLine(text)}`;
}
