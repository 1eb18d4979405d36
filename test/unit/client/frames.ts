import type { Segment } from "../../../client/index.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../../../shared/protocol.ts";

const live = { state: "live", since: 1 } as const;
const session = { id: "s1", startedAt: 1 };

export function segment(id: string, start = 0, extra: Partial<Segment> = {}): Segment {
  return {
    id,
    session: "s1",
    start,
    end: start + 900,
    text: `text of ${id}`,
    at: 1,
    version: 1,
    kind: "speech",
    ...extra,
  };
}

export function snapshot(
  version: number,
  segments: Segment[],
  extra: Partial<SnapshotFrame> = {},
): SnapshotFrame {
  return {
    type: "snapshot",
    epoch: "e1",
    version,
    segments,
    hasEarlier: false,
    interim: null,
    status: live,
    session,
    reason: "new",
    welcome: { heartbeatMs: 15_000, retryWindowMs: 4_000, expiresAt: 0 },
    ...extra,
  };
}

export function delta(from: number, to: number, put: Segment[], extra: Partial<DeltaFrame> = {}): DeltaFrame {
  return {
    type: "delta",
    epoch: "e1",
    from,
    to,
    put,
    removed: [],
    interim: null,
    status: live,
    session,
    ...extra,
  };
}

export function status(version: number, extra: Partial<StatusFrame> = {}): StatusFrame {
  return { type: "status", status: live, session, epoch: "e1", version, viewers: 1, ...extra };
}
