import { describe, expect, it } from "vitest";
import { expiredIds, keptMs, nextExpiryAt } from "../../../party/room/retention.ts";
import type { Segment } from "../../../shared/captions.ts";
import { limits } from "../../../shared/limits.ts";

const hourMs = 3_600_000;
const began = 1_700_000_000_000;
/** Written down so long after the session began; its place on the session's clock is another matter. */
const segment = (id: string, session: string, afterMs: number): Segment => ({
  id,
  session,
  kind: "speech",
  start: 0,
  end: 7_777,
  text: id,
  at: began + afterMs,
  version: 1,
});
const segments = [segment("a", "s1", 1_000), segment("b", "s1", 2_000), segment("c", "s2", hourMs + 500)];
const anHour = { retentionHours: 1 };

describe("retention", () => {
  it("is a week unless the room's settings say otherwise", () => {
    expect(keptMs({})).toBe(limits.retentionDefaultHours * hourMs);
    expect(keptMs(anHour)).toBe(hourMs);
  });

  it("deletes each segment so long after it was written down, whatever its session's clock says", () => {
    expect(expiredIds(segments, anHour, began + hourMs + 999)).toEqual([]);
    expect(expiredIds(segments, anHour, began + hourMs + 1_000)).toEqual(["a"]);
    expect(expiredIds(segments, anHour, began + hourMs + 2_000)).toEqual(["a", "b"]);
    expect(expiredIds(segments, anHour, began + 2 * hourMs + 500)).toEqual(["a", "b", "c"]);
  });

  it("tells when the next one expires, and nothing of that is left afterwards", () => {
    expect(nextExpiryAt([], anHour)).toBeNull();
    let left = segments;
    for (let turns = 0; left.length > 0; turns += 1) {
      expect(turns).toBeLessThan(segments.length);
      const at = nextExpiryAt(left, anHour) ?? 0;
      expect(expiredIds(left, anHour, at - 1)).toEqual([]);
      const expired = expiredIds(left, anHour, at);
      expect(expired.length).toBeGreaterThan(0);
      left = left.filter(({ id }) => !expired.includes(id));
    }
  });
});
