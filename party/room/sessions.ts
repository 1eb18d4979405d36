import * as v from "valibot";
import type { AudioFormat } from "../../shared/audio.ts";
import type { Start } from "../../shared/protocol.ts";
import { type Recognition, RecognitionSchema, type RoomSettings } from "../../shared/settings.ts";
import type { Ports } from "./ports.ts";
import type { StoredSession } from "./store.ts";

/** A session as its `start` asks for it, whose first sample is at `position`; `latest` is the room's session before it. */
export function beginSession(
  start: Start,
  position: number,
  { session: latest, settings }: { readonly session: StoredSession | null; readonly settings: RoomSettings },
  { now, newId }: Pick<Ports, "now" | "newId">,
): StoredSession {
  // Position 0 lies in the past when a publisher begins with audio from the middle of its own.
  const startedAt = now() - Math.round((position * 1000) / start.sampleRate);
  return {
    id: `${ordinal(latest, startedAt)}-${newId()}`,
    key: start.key ?? null,
    startedAt,
    format: formatOf(start),
    recognition: recognitionFor(start, settings),
    covered: position,
    holes: [],
    speakers: 0,
    ended: null,
  };
}

export function formatOf({ encoding, sampleRate, channels }: Start): AudioFormat {
  return { encoding, sampleRate, channels };
}

/** What the start does not say, the room's settings do. */
export function recognitionFor(start: Start, settings: RoomSettings): Recognition {
  return { ...recognitionOf(settings), ...recognitionOf(start) };
}

const Picked = v.object(RecognitionSchema.entries);

function recognitionOf(from: RoomSettings | Start): Recognition {
  return v.parse(Picked, from);
}

/** The time of position 0, made to sort as text after every session before it, also when the clock was set back. */
function ordinal(latest: StoredSession | null, startedAt: number): string {
  const after = latest === null ? 0 : Number.parseInt(latest.id, 36) + 1;
  return Math.max(startedAt, after).toString(36).padStart(9, "0");
}
