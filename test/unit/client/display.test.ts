import { describe, expect, it } from "vitest";
import { createDisplay, type Displayed, type DisplayMode } from "../../../client/display/display.ts";
import type { Captions, Segment } from "../../../client/index.ts";
import { noCaptions } from "../../../client/transcript.ts";

const segment: Segment = {
  id: "1",
  session: "s",
  start: 0,
  end: 900,
  text: "Good morning.",
  at: 0,
  version: 1,
  kind: "speech",
};

function captions(text: string | null, segments: readonly Segment[] = noCaptions.segments): Captions {
  const interim = text === null ? null : { start: segments.at(-1)?.end ?? 0, end: 2_000, text };
  return { ...noCaptions, session: { id: "s", startedAt: 0 }, segments, interim };
}

function displayOn(mode: DisplayMode) {
  let nowMs = 0;
  let timer: { dueMs: number; run(): void } | null = null;
  const drawn: Displayed[] = [];
  const display = createDisplay({
    mode,
    onChange: (displayed) => drawn.push(displayed),
    now: () => nowMs,
    setTimer(run, delayMs) {
      const own = { dueMs: nowMs + delayMs, run };
      timer = own;
      return () => {
        if (timer === own) timer = null;
      };
    },
  });
  return {
    display,
    drawn,
    isWaiting: () => timer !== null,
    /** Lets the timer run, when there is one. */
    wait() {
      if (timer === null) return;
      const { dueMs, run } = timer;
      timer = null;
      nowMs = dueMs;
      run();
    },
  };
}

describe("a display", () => {
  it("draws segments at once and the interim when it has stood for a moment", () => {
    const { display, drawn, wait, isWaiting } = displayOn("fast");
    display.show(captions("And so", [segment]));
    expect(drawn).toEqual([{ segments: [segment], interim: null }]);
    wait();
    expect(drawn.at(-1)?.interim?.text).toBe("And so");
    expect(display.displayed).toBe(drawn.at(-1));
    expect(isWaiting()).toBe(false);
  });

  it("tells nothing when there is nothing else to draw", () => {
    const { display, drawn, wait } = displayOn("fast");
    const { segments } = captions(null);
    display.show(captions("And so", segments));
    wait();
    const count = drawn.length;
    display.show(captions("and so", segments));
    display.show(captions("and", segments));
    expect(drawn).toHaveLength(count);
  });

  it("keeps the segments it was given, and takes a final as it is", () => {
    const { display, wait } = displayOn("fast");
    const segments = [segment];
    display.show(captions("good mourning"));
    wait();
    display.show(captions(null, segments));
    expect(display.displayed).toEqual({ segments, interim: null });
    expect(display.displayed.segments).toBe(segments);
  });

  it("never draws an interim in steady mode", () => {
    const { display, drawn, isWaiting } = displayOn("steady");
    display.show(captions("And so"));
    expect(isWaiting()).toBe(false);
    display.show(captions("And so", [segment]));
    expect(drawn).toEqual([{ segments: [segment], interim: null }]);
  });

  it("changes its mode at any time", () => {
    const { display, wait } = displayOn("fast");
    display.show(captions("And so"));
    wait();
    display.setMode("steady");
    expect(display.displayed.interim).toBeNull();
    display.setMode("fast");
    wait();
    expect(display.displayed.interim?.text).toBe("And so");
  });

  it("is silent once closed", () => {
    const { display, isWaiting } = displayOn("fast");
    display.show(captions("And so"));
    display.close();
    expect(isWaiting()).toBe(false);
  });
});
