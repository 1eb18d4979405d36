import {
  compareSegments,
  type Interim,
  type Segment,
  type Session,
  type Status,
} from "../../shared/captions.ts";
import type { Position } from "../../shared/position.ts";
import type { DeltaFrame, SnapshotFrame, SnapshotReason } from "../../shared/protocol.ts";

/**
 * The versioned transcript of a room: an immutable value.
 *
 * Laws: `version` grows by one for every change; each segment carries the version that last touched it; so what
 * changed since any version is a filter, and a viewer's answer after an interruption is a pure function of its position.
 */
export type Transcript = {
  readonly epoch: string;
  readonly version: number;
  /** Oldest version from which a delta can still be given: removals before it are forgotten. */
  readonly earliest: number;
  /** In the order of `compareSegments`. */
  readonly segments: readonly Segment[];
  readonly tombstones: readonly Tombstone[];
};

export type Tombstone = { readonly id: string; readonly version: number };

/** A segment before it is written down. */
export type Draft = Omit<Segment, "version" | "at">;

/** One durable change: what storage writes and what viewers are sent. */
export type Change = {
  readonly version: number;
  readonly earliest: number;
  readonly put: readonly Segment[];
  readonly removed: readonly Tombstone[];
};

export function emptyTranscript(epoch: string): Transcript {
  return { epoch, version: 0, earliest: 0, segments: [], tombstones: [] };
}

/** What is put and removed together. A put of a known id replaces that segment, which keeps the time it was written. */
export type Edit = { readonly put: readonly Draft[]; readonly remove: readonly string[] };

/**
 * An edit as the transcript's next change.
 *
 * @param at epoch milliseconds
 */
export function change(
  transcript: Transcript,
  { put: drafts, remove }: Edit,
  at: number,
  tombstonesMax: number,
): Change {
  const version = transcript.version + 1;
  const replaced = new Set(drafts.map(({ id }) => id));
  const writtenAt = new Map(
    transcript.segments.filter(({ id }) => replaced.has(id)).map((segment) => [segment.id, segment.at]),
  );
  const put = drafts.map((draft): Segment => ({ ...draft, at: writtenAt.get(draft.id) ?? at, version }));
  const removed = remove.map((id): Tombstone => ({ id, version }));
  const tombstones = tombstonesAfter(transcript, { put, removed });
  const forgotten = tombstones.slice(0, Math.max(0, tombstones.length - tombstonesMax));
  const earliest = Math.max(transcript.earliest, ...forgotten.map((tombstone) => tombstone.version));
  return { version, earliest, put, removed };
}

/** The transcript after a change that was made for it. */
export function changed(transcript: Transcript, { version, earliest, put, removed }: Change): Transcript {
  const touched = touchedBy({ put, removed });
  const kept = transcript.segments.filter(({ id }) => !touched.has(id));
  return {
    epoch: transcript.epoch,
    version,
    earliest,
    segments: [...kept, ...put].sort(compareSegments),
    tombstones: tombstonesAfter(transcript, { put, removed }).filter(
      (tombstone) => tombstone.version > earliest,
    ),
  };
}

type Touch = Pick<Change, "put" | "removed">;

/** All there are to remember; what comes back is none any more. */
function tombstonesAfter({ tombstones }: Transcript, touch: Touch): readonly Tombstone[] {
  const touched = touchedBy(touch);
  return [...tombstones.filter(({ id }) => !touched.has(id)), ...touch.removed];
}

function touchedBy({ put, removed }: Touch): ReadonlySet<string> {
  return new Set([...put, ...removed].map(({ id }) => id));
}

/** What is true of the room now and is told with every frame, but is not history. */
export type Present = {
  readonly interim: Interim | null;
  readonly status: Status;
  readonly session: Session | null;
};

/** Everything that changed after `since`, each segment once. */
export function deltaSince(transcript: Transcript, since: number, present: Present): DeltaFrame {
  return {
    type: "delta",
    epoch: transcript.epoch,
    from: since,
    to: transcript.version,
    put: transcript.segments.filter(({ version }) => version > since),
    removed: transcript.tombstones.filter(({ version }) => version > since).map(({ id }) => id),
    ...present,
  };
}

export function snapshot(
  transcript: Transcript,
  reason: SnapshotReason,
  present: Present,
  segmentsMax: number,
): SnapshotFrame {
  return {
    type: "snapshot",
    epoch: transcript.epoch,
    version: transcript.version,
    segments: transcript.segments.slice(-segmentsMax),
    hasEarlier: transcript.segments.length > segmentsMax,
    ...present,
    reason,
  };
}

/**
 * Answers a viewer that comes (back) with a position: all or nothing, in one frame.
 * An unknown epoch, a position older than what is kept and one from the future are met with a snapshot and its reason.
 */
export function resume(
  transcript: Transcript,
  position: Position | null,
  present: Present,
  segmentsMax: number,
): DeltaFrame | SnapshotFrame {
  const reason = snapshotReason(transcript, position);
  if (reason !== null || position === null) {
    return snapshot(transcript, reason ?? "new", present, segmentsMax);
  }
  const delta = deltaSince(transcript, position.version, present);
  // Past that, everything that matters now is shorter to say than everything that changed.
  return delta.put.length > segmentsMax ? snapshot(transcript, "behind", present, segmentsMax) : delta;
}

function snapshotReason(transcript: Transcript, position: Position | null): SnapshotReason | null {
  if (position === null) return "new";
  if (position.epoch !== transcript.epoch) return "epoch";
  if (position.version > transcript.version) return "ahead";
  if (position.version < transcript.earliest) return "behind";
  return null;
}
