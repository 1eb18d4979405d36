/**
 * Where a viewer stands in a room's transcript.
 *
 * `epoch` is opaque and names one history of the room; it changes only when that history is lost or purged.
 * `version` counts the durable changes inside the epoch, from 0 for the empty transcript.
 */
export type Position = {
  readonly epoch: string;
  readonly version: number;
};

/** Reads `?epoch=…&version=…`. Anything but a whole pair is no position: the viewer gets a snapshot, never silence. */
export function parsePosition(epoch: string | null, version: string | null): Position | null {
  if (epoch === null || version === null) return null;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(epoch) || !/^\d{1,15}$/.test(version)) return null;
  return { epoch, version: Number(version) };
}
