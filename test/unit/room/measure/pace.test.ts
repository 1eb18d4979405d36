import { describe, expect, it } from "vitest";
import { Figures } from "../../../../party/room/measure/figures.ts";
import { Hearing } from "../../../../party/room/measure/hearing.ts";
import { begunSession } from "../../../support/stored-session.ts";

function figures(): Figures {
  const { id, startedAt, format } = begunSession;
  return Figures.begin({ id, startedAt, language: null, model: null, format, ended: null }, 0);
}

/** Words at three a second from one moment to another: 180 a minute. */
function speech(fromMs: number, toMs: number) {
  const starts = Array.from(
    { length: Math.round(((toMs - fromMs) * 3) / 1_000) },
    (_, at) => fromMs + (at * 1_000) / 3,
  );
  return {
    from: fromMs,
    to: toMs,
    text: starts.map(() => "word").join(" "),
    words: starts.map((at) => ({
      text: "word",
      from: at,
      to: at + 300,
      confidence: 1,
    })),
  };
}

describe("how fast is spoken", () => {
  it.each([5_200, 6_000, 8_000])(
    "is the same when a gap of %d ms is filled while speech goes on",
    (gapMs) => {
      const session = figures();
      const hearing = new Hearing(session);
      const live = (fromMs: number, toMs: number) =>
        hearing.frame([{ kind: "final", ...speech(fromMs, toMs) }], 1, toMs, toMs);
      live(0, 20_000);
      live(20_000 + gapMs, 30_000);
      hearing.filled([speech(20_000, 20_000 + gapMs)]);
      live(30_000, 45_000);
      expect(session.bursts).toEqual([]);
      expect(Math.max(...session.minutes.list().map(({ fastest }) => fastest))).toBeLessThanOrEqual(186);
      expect(session.counters.text.words).toBe(135);
    },
  );
});
