import type { Captions, Segment, ViewerFrame } from "../../client/index.ts";
import { segmentsBehind } from "../../shared/captions.ts";

/**
 * What of a room's captions belongs on air: the words that arrived since the screen was last empty.
 * A picture that comes up in the middle of a programme, or after it, must not open with old words.
 */
export type Fresh = {
  /** The last segment that is not to be shown (again), as it was; it may be gone. `null`: everything is fresh. */
  readonly after: Segment | null;
  readonly segments: readonly Segment[];
};

export const nothingFresh: Fresh = { after: null, segments: [] };

export function freshAfter(fresh: Fresh, captions: Captions, frame: ViewerFrame): Fresh {
  return frame.type === "snapshot" ? cleared(captions) : behind(fresh.after, captions.segments);
}

export function cleared(captions: Captions): Fresh {
  return { after: captions.segments.at(-1) ?? null, segments: [] };
}

/** What is out of sight at the top has been shown: `first` is the first that still has to be held. */
export function freshFrom(fresh: Fresh, first: Segment | undefined): Fresh {
  const at = first === undefined ? 0 : fresh.segments.findIndex(({ id }) => id === first.id);
  const after = fresh.segments[at - 1];
  return after === undefined ? fresh : behind(after, fresh.segments);
}

function behind(after: Segment | null, segments: readonly Segment[]): Fresh {
  return { after, segments: segmentsBehind(segments, after) };
}
