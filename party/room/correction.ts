import type { Segment } from "../../shared/captions.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { Entry, Journal } from "./journal.ts";

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

/**
 * An operator's last word on a segment: a new version, marked `edited`, never recognised over. Answers the segment as it is
 * then, `null` when it was removed by a text without words. The same text changes nothing. `changed` is called when something
 * has, with the segment as it was. Throws `not_found` or `bad_request`.
 */
export async function edit(
  journal: Journal,
  id: string,
  text: string,
  changed: (before: Segment) => void,
): Promise<Segment | null> {
  const words = readCorrection(text);
  const find = () => journal.transcript.segments.find((segment) => segment.id === id) ?? null;
  const outcome = Promise.withResolvers<Segment | null>();
  await journal.enqueue(async () => {
    const segment = find();
    if (segment === null) {
      outcome.reject(new CaptionwireError("not_found", "The room has no such segment."));
      return;
    }
    const entry = correction(segment, words);
    if (entry !== null) {
      await journal.commit(entry);
      changed(segment);
    }
    outcome.resolve(find());
  });
  // Not settled yet: storage failed, and the room with it.
  outcome.reject(new CaptionwireError("internal"));
  return outcome.promise;
}
