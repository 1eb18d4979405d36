import type { AudioFormat } from "../../shared/audio.ts";
import type { Change, Transcript } from "./transcript.ts";

/** A broadcast as it is kept: enough for the publisher to go on after any death of the room. */
export type StoredSession = {
  readonly id: string;
  /** The publisher's secret, if it made one: only with it is the session resumed. */
  readonly key: string | null;
  /** Epoch milliseconds of position 0. */
  readonly startedAt: number;
  readonly format: AudioFormat;
  readonly language: string | null;
  readonly model: string | null;
  /** Audio before this position (samples) is in durable captions. */
  readonly acked: number;
  readonly ended: { readonly at: number; readonly by: EndedBy } | null;
};

/** `finish`: the publisher said so; `absence`: it stayed away; `failure`: the provider refused for good. */
export const endReasons = ["finish", "absence", "failure"] as const;
export type EndedBy = (typeof endReasons)[number];

export type StoredRoom = {
  readonly transcript: Transcript;
  /** The latest session, running or ended. */
  readonly session: StoredSession | null;
};

/**
 * The storage port.
 *
 * Guarantee: once the promise of `commit` has resolved, a later `load` (by any successor of this object) returns the
 * change, whole; if it rejects, none of it may be assumed, and the room gives up so that its publisher resends.
 */
export type RoomStore = {
  load(): Promise<StoredRoom | null>;
  create(room: StoredRoom): Promise<void>;
  commit(commit: { readonly change: Change | null; readonly session: StoredSession }): Promise<void>;
};
