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

/** Anything but a whole pair is no position: the viewer gets a snapshot, never silence. */
export function parsePosition(epoch: string | null, version: string | null): Position | null {
  if (epoch === null || version === null) return null;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(epoch) || !/^\d{1,15}$/.test(version)) return null;
  return { epoch, version: Number(version) };
}

/** Reads `?epoch=…&version=…`. */
export function positionIn(query: { get(name: string): string | null }): Position | null {
  return parsePosition(query.get("epoch"), query.get("version"));
}

/** Writes `?epoch=…&version=…`; nothing for no position. */
export function putPosition(
  query: { set(name: string, value: string): void },
  position: Position | null | undefined,
): void {
  if (position === null || position === undefined) return;
  query.set("epoch", position.epoch);
  query.set("version", String(position.version));
}

/** A position as one word: the id of an event, `?since=`, and the beginning of an `ETag`. */
export function positionText({ epoch, version }: Position): string {
  return `${epoch}.${version}`;
}

/** Reads it back. */
export function readPosition(text: string | null): Position | null {
  const [epoch = null, version = null, ...rest] = text?.split(".") ?? [];
  return rest.length > 0 ? null : parsePosition(epoch, version);
}
