import type { AudioFormat } from "../../shared/audio.ts";
import type { Recognition, RoomSettings } from "../../shared/settings.ts";
import type { Change, Transcript } from "./transcript.ts";

/** A broadcast as it is kept: enough for the publisher to go on after any death of the room. */
export type StoredSession = {
  readonly id: string;
  /** The publisher's secret, if it made one: only with it is the session resumed. */
  readonly key: string | null;
  /** Epoch milliseconds of position 0. */
  readonly startedAt: number;
  readonly format: AudioFormat;
  readonly recognition: Recognition;
  /** Everything before this position (samples) has captions, is a gap, or is one of the holes. */
  readonly covered: number;
  /** Ranges whose audio is still to be recognised, in order of time. */
  readonly holes: readonly Hole[];
  /** Speakers numbered so far. */
  readonly speakers: number;
  readonly ended: { readonly at: number; readonly by: EndedBy } | null;
};

/** `id` is that of the gap segment which stands in its place. */
export type Hole = { readonly id: string; readonly from: number; readonly to: number };

/**
 * `finish`: the publisher said so; `absence`: it stayed away; `takeover`: another one came; `failure`: the provider
 * refused for good.
 */
export const endReasons = ["finish", "absence", "takeover", "failure"] as const;
export type EndedBy = (typeof endReasons)[number];

export type StoredRoom = {
  readonly transcript: Transcript;
  /** The latest session, running or ended. */
  readonly session: StoredSession | null;
  readonly settings: RoomSettings;
};

/** What is written together. `null` leaves what is there. */
export type Commit = {
  readonly change: Change | null;
  readonly session: StoredSession | null;
};

/**
 * The storage port.
 *
 * Guarantee: once a promise of these has resolved, a later `load` (by any successor of this object) returns what was
 * written, whole; if it rejects, none of it may be assumed, and the room gives up so that its publisher resends.
 */
export type RoomStore = {
  load(): Promise<StoredRoom | null>;
  /** Replaces whatever was there by this: a new room, or an old one whose history is deleted. */
  create(room: StoredRoom): Promise<void>;
  commit(commit: Commit): Promise<void>;
  configure(settings: RoomSettings): Promise<void>;
};
