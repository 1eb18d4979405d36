import type { Segment } from "../../shared/captions.ts";
import { limits } from "../../shared/limits.ts";
import type { RoomSettings } from "../../shared/settings.ts";

export function keptMs({ retentionHours = limits.retentionDefaultHours }: RoomSettings): number {
  return retentionHours * 3_600_000;
}

/** When a segment expires, epoch milliseconds. */
function expiresAt(segment: Segment, settings: RoomSettings): number {
  return segment.at + keptMs(settings);
}

export function expiredIds(segments: readonly Segment[], settings: RoomSettings, now: number): string[] {
  return segments.filter((segment) => expiresAt(segment, settings) <= now).map(({ id }) => id);
}

/** When the next segment expires; `null` when there is none. */
export function nextExpiryAt(segments: readonly Segment[], settings: RoomSettings): number | null {
  let next: number | null = null;
  for (const segment of segments) {
    const at = expiresAt(segment, settings);
    if (next === null || at < next) next = at;
  }
  return next;
}
