import {
  compareSegments,
  type Interim,
  type Segment,
  type Session,
  type Status,
} from "../shared/captions.ts";
import type { Position } from "../shared/position.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../shared/protocol.ts";

/** What a viewer holds: after every frame it equals the room's transcript from `boundary` on. */
export type Captions = {
  /** In reading order, that of `compareSegments`. */
  readonly segments: readonly Segment[];
  readonly interim: Interim | null;
  readonly status: Status;
  readonly session: Session | null;
  /** `null` until the first frame. */
  readonly position: Position | null;
  /** The room holds segments before the first one here; they come by HTTP. */
  readonly hasEarlier: boolean;
  /**
   * Where what is held begins in the order of `compareSegments`: the first segment of the snapshot, or of what was fetched
   * since, as it was then; it may be gone. `null`: everything is held.
   */
  readonly boundary: Segment | null;
};

/** What the captions are made of. The room's other frames change nothing in them. */
export type CaptionsFrame = SnapshotFrame | DeltaFrame | StatusFrame;

/** Segments before the first one held, without a hole between. */
export type EarlierPart = { readonly segments: readonly Segment[]; readonly hasEarlier: boolean };

export const noCaptions: Captions = {
  segments: [],
  interim: null,
  status: { state: "idle", since: 0 },
  session: null,
  position: null,
  hasEarlier: false,
  boundary: null,
};

/**
 * The captions after a frame, or "resync" when the frame does not follow on from what is held:
 * then nothing may be shown from it and the viewer asks again with its position.
 */
export function apply(captions: Captions, frame: CaptionsFrame): Captions | "resync" {
  switch (frame.type) {
    case "snapshot": {
      const segments = [...frame.segments].sort(compareSegments);
      return {
        segments,
        interim: frame.interim,
        status: frame.status,
        session: frame.session,
        position: { epoch: frame.epoch, version: frame.version },
        hasEarlier: frame.hasEarlier,
        boundary: boundaryOf(segments, frame.hasEarlier, null),
      };
    }
    case "delta": {
      const { position } = captions;
      if (position === null || position.epoch !== frame.epoch) return "resync";
      if (position.version < frame.from || position.version > frame.to) return "resync";
      return {
        segments: change(captions, frame.put, frame.removed),
        interim: frame.interim,
        status: frame.status,
        session: frame.session,
        position: { epoch: frame.epoch, version: frame.to },
        hasEarlier: captions.hasEarlier,
        boundary: captions.boundary,
      };
    }
    case "status":
      return { ...captions, status: frame.status, session: frame.session };
  }
}

/**
 * The captions with an earlier part before them, and its beginning as the new boundary.
 *
 * The part may be older than what is held: `deltas` are those that were applied since it was asked for, because what they
 * changed in it had no place here yet. Where it is newer, the next delta says so too.
 */
export function prepend(captions: Captions, part: EarlierPart, deltas: readonly DeltaFrame[]): Captions {
  const all = new Map(part.segments.map((segment) => [segment.id, segment]));
  for (const { put, removed } of deltas) {
    for (const id of removed) all.delete(id);
    for (const segment of put) all.set(segment.id, segment);
  }
  for (const segment of captions.segments) all.set(segment.id, segment);
  const boundary = boundaryOf([...part.segments].sort(compareSegments), part.hasEarlier, captions.boundary);
  const segments = [...all.values()].filter((segment) => isWithin(boundary, segment)).sort(compareSegments);
  return { ...captions, segments, hasEarlier: part.hasEarlier, boundary };
}

/**
 * The newest of the captions, once more than twice `keep` segments are held: a viewer of days holds what it shows, and not
 * the days. The rest is earlier now, as if it had never come.
 */
export function trim(captions: Captions, keep: number): Captions {
  if (captions.segments.length <= 2 * keep) return captions;
  const segments = captions.segments.slice(-keep);
  return { ...captions, segments, hasEarlier: true, boundary: boundaryOf(segments, true, null) };
}

function boundaryOf(ordered: readonly Segment[], hasEarlier: boolean, otherwise: Segment | null) {
  return hasEarlier ? (ordered[0] ?? otherwise) : null;
}

function isWithin(boundary: Segment | null, segment: Segment): boolean {
  return boundary === null || compareSegments(segment, boundary) >= 0;
}

/** The same array when nothing changed, so that a frame of interims costs nothing and can be told apart by identity. */
function change({ segments, boundary }: Captions, put: readonly Segment[], removed: readonly string[]) {
  if (put.length === 0 && removed.length === 0) return segments;
  const gone = new Set([...removed, ...put.map(({ id }) => id)]);
  const kept = segments.filter(({ id }) => !gone.has(id));
  return [...kept, ...put.filter((segment) => isWithin(boundary, segment))].sort(compareSegments);
}
