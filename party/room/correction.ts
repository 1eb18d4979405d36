import type { Segment } from "../../shared/captions.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Entry } from "./journal.ts";

/** What an operator wrote in a segment's place, trimmed. Throws `bad_request`, which never repeats it. */
export function readCorrection(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length > limits.correctionMaxCharacters) {
    throw new CaptionwireError(
      "bad_request",
      `A correction has ${limits.correctionMaxCharacters} characters at most.`,
    );
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(trimmed) || !trimmed.isWellFormed()) {
    throw new CaptionwireError("bad_request", "A correction is one line, without control characters.");
  }
  return trimmed;
}

/**
 * The change that puts an operator's words in a segment's place; `null` when it reads so already. Start and end stay;
 * the words' own times no longer fit. No text at all removes the segment.
 */
export function correction(segment: Segment, text: string): Entry | null {
  if (text === "") return { remove: [segment.id] };
  if (text === segment.text) return null;
  const { words: _words, version: _version, at: _at, ...rest } = segment;
  return { put: [{ ...rest, text, kind: "speech", edited: true }] };
}
