import type { Captions, Segment, ViewerFrame } from "../../client/index.ts";

/**
 * What of a room's captions belongs on air: the words that arrived since the screen was last empty.
 * A picture that comes up in the middle of a programme, or after it, must not open with old words.
 */
export type Fresh = {
  /** Id of the last segment that is not to be shown (again); `null`: everything is fresh. */
  readonly after: string | null;
  readonly segments: readonly Segment[];
};

export const nothingFresh: Fresh = { after: null, segments: [] };

export function freshAfter(fresh: Fresh, captions: Captions, frame: ViewerFrame): Fresh {
  if (frame.type === "snapshot") return cleared(captions);
  const index = captions.segments.findLastIndex(({ id }) => id === fresh.after);
  // The marked segment was removed: nothing tells old from new any more.
  if (fresh.after !== null && index < 0) return cleared(captions);
  return { after: fresh.after, segments: captions.segments.slice(index + 1) };
}

export function cleared(captions: Captions): Fresh {
  return { after: captions.segments.at(-1)?.id ?? null, segments: [] };
}
