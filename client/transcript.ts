import {
  compareSegments,
  type Interim,
  type Segment,
  type Session,
  type Status,
} from "../shared/captions.ts";
import type { Position } from "../shared/position.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../shared/protocol.ts";

/** What a viewer holds: after every frame it equals the room's transcript from its first segment on. */
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
};

export const noCaptions: Captions = {
  segments: [],
  interim: null,
  status: { state: "idle", since: 0 },
  session: null,
  position: null,
  hasEarlier: false,
};

/**
 * The captions after a frame, or "resync" when the frame does not follow on from what is held:
 * then nothing may be shown from it and the viewer asks again with its position.
 */
export function apply(
  captions: Captions,
  frame: SnapshotFrame | DeltaFrame | StatusFrame,
): Captions | "resync" {
  switch (frame.type) {
    case "snapshot":
      return {
        segments: frame.segments.toSorted(compareSegments),
        interim: frame.interim,
        status: frame.status,
        session: frame.session,
        position: { epoch: frame.epoch, version: frame.version },
        hasEarlier: frame.hasEarlier,
      };
    case "delta": {
      const { position } = captions;
      if (position === null || position.epoch !== frame.epoch) return "resync";
      if (position.version < frame.from || position.version > frame.to) return "resync";
      return {
        segments: change(captions.segments, frame.put, frame.removed),
        interim: frame.interim,
        status: frame.status,
        session: frame.session,
        position: { epoch: frame.epoch, version: frame.to },
        hasEarlier: captions.hasEarlier,
      };
    }
    case "status":
      return { ...captions, status: frame.status, session: frame.session };
  }
}

/** The same array when nothing changed, so that a frame of interims costs nothing and can be told apart by identity. */
function change(held: readonly Segment[], put: readonly Segment[], removed: readonly string[]) {
  if (put.length === 0 && removed.length === 0) return held;
  const gone = new Set([...removed, ...put.map(({ id }) => id)]);
  return [...held.filter(({ id }) => !gone.has(id)), ...put].sort(compareSegments);
}
