import type { Captions, CaptionsFrame, Segment } from "../../client/index.ts";

/** What a reader of lines has to be told: each final once, and honestly what became of it later. */
export type Change =
  | { readonly kind: "said"; readonly segment: Segment }
  /** Of what was spoken before something that stands here already: a gap that was filled. */
  | { readonly kind: "late"; readonly segment: Segment }
  | { readonly kind: "corrected"; readonly segment: Segment }
  | { readonly kind: "removed"; readonly segment: Segment }
  /** The room's transcript was deleted, and what follows is another one. */
  | { readonly kind: "purged" };

export type ChangeLog = {
  /** Everything held now, as if none of it had been told yet. */
  begin(captions: Captions): Change[];
  /** What is held now counts as told. */
  skip(captions: Captions): void;
  /** What a frame brought, after it was applied. */
  next(captions: Captions, frame: CaptionsFrame): Change[];
};

/** Corrections of older captions are not told: nobody could find what they are of. */
const rememberMax = 2_000;
/** Older captions go because a room keeps none for ever, and nobody has to be told. */
const removalsToldMs = 60 * 60 * 1_000;

export function createChangeLog(now: () => number = Date.now): ChangeLog {
  const told = new Map<string, Segment>();
  let newest: Segment | null = null;
  let epoch: string | null = null;

  function put(segment: Segment): Change[] {
    const before = told.get(segment.id);
    told.set(segment.id, segment);
    if (before !== undefined) {
      return before.text === segment.text && before.kind === segment.kind
        ? []
        : [{ kind: "corrected", segment }];
    }
    const isLate = newest !== null && newest.session === segment.session && segment.start < newest.start;
    if (!isLate) newest = segment;
    return [{ kind: isLate ? "late" : "said", segment }];
  }

  function remove(id: string): Change[] {
    const segment = told.get(id);
    told.delete(id);
    // A gap that goes is filled, and what fills it says so.
    if (segment === undefined || segment.kind === "gap") return [];
    return now() - segment.at > removalsToldMs ? [] : [{ kind: "removed", segment }];
  }

  function forgetOldest(): void {
    for (const id of told.keys()) {
      if (told.size <= rememberMax) return;
      told.delete(id);
    }
  }

  function begin(captions: Captions): Change[] {
    epoch = captions.position?.epoch ?? null;
    const changes = captions.segments.flatMap(put);
    forgetOldest();
    return changes;
  }

  return {
    begin,
    skip: (captions) => void begin(captions),
    next(captions, frame) {
      switch (frame.type) {
        case "status":
          return [];
        case "delta": {
          const changes = [...frame.removed.flatMap(remove), ...frame.put.flatMap(put)];
          forgetOldest();
          return changes;
        }
        case "snapshot": {
          const isOther = epoch !== null && frame.epoch !== epoch && told.size > 0;
          if (isOther) {
            told.clear();
            newest = null;
          }
          return [...(isOther ? [{ kind: "purged" } as const] : []), ...begin(captions)];
        }
      }
    },
  };
}
