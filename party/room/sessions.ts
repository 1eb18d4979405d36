import type { Start } from "../../shared/protocol.ts";
import type { Ports } from "./ports.ts";
import type { StoredSession } from "./store.ts";

/** A session as its `start` asks for it, whose first sample is at `position`; `latest` is the room's session before it. */
export function beginSession(
  start: Start,
  position: number,
  latest: StoredSession | null,
  { now, newId }: Pick<Ports, "now" | "newId">,
): StoredSession {
  return {
    id: `${ordinal(latest, now())}-${newId()}`,
    key: start.key ?? null,
    // Position 0 lies in the past when the publisher goes on where an ended session left it.
    startedAt: now() - Math.round((position * 1000) / start.sampleRate),
    format: { encoding: start.encoding, sampleRate: start.sampleRate, channels: start.channels },
    language: start.language ?? null,
    model: start.model ?? null,
    acked: position,
    ended: null,
  };
}

/** The time it began, made to sort as text after every session before it, also when the clock was set back. */
function ordinal(latest: StoredSession | null, now: number): string {
  const after = latest === null ? 0 : Number.parseInt(latest.id, 36) + 1;
  return Math.max(now, after).toString(36).padStart(9, "0");
}
