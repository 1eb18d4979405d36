import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayedFrames } from "../../../cli/wer/displayed.ts";
import type { Erasure } from "../../../cli/wer/erasure.ts";
import { measureErasure } from "../../../cli/wer/erasure.ts";
import { normalise } from "../../../cli/wer/normalise.ts";
import { piecesOf } from "../../../client/display/pieces.ts";
import {
  hear,
  look,
  quiet,
  type Spoken,
  type Stabiliser,
  shownText,
} from "../../../client/display/stabiliser.ts";
import type { Segment } from "../../../client/index.ts";
import { recordedUpdates } from "./recorded-updates.ts";

const holdMs = 250;
const correctMs = 700;
const reviseMs = 3_000;

const session = { id: "s", startedAt: 0 };

function final(start: number, text: string): Segment {
  return { id: `${start}`, session: "s", start, end: start + 900, text, at: 0, version: 1, kind: "speech" };
}

function spoken(text: string | null, start = 0, segments: readonly Segment[] = []): Spoken {
  return { segments, session, interim: text === null ? null : { start, end: start + 900, text } };
}

/** Hears each text at its time and tells what is shown at the end, without the passing of time in between. */
function heard(...updates: readonly [atMs: number, spoken: Spoken][]): Stabiliser {
  return updates.reduce((state, [atMs, update]) => hear(state, update, atMs), quiet);
}

describe("words of an interim", () => {
  it("are shown once they have stood for a moment", () => {
    const state = heard([0, spoken("and so")]);
    expect(shownText(state)).toBeNull();
    expect(state).toMatchObject({ dueMs: holdMs });
    expect(shownText(look(state, holdMs))).toBe("and so");
    expect(look(state, holdMs)).toMatchObject({ dueMs: null });
  });

  it("are not waited for again when others come behind them", () => {
    const state = heard([0, spoken("and")], [200, spoken("and so")], [holdMs, spoken("and so my")]);
    expect(shownText(state)).toBe("and");
  });

  it("stay when an interim lacks or changes them for a moment", () => {
    const shown = heard([0, spoken("And so, my")], [300, spoken("And so, my")]);
    expect(shownText(hear(shown, spoken("And so"), 400))).toBe("And so, my");
    expect(shownText(hear(shown, spoken("and so My fellow"), 400))).toBe("And so, my");
    expect(
      shownText(heard([0, spoken("Ask what")], [300, spoken("Ask what")], [500, spoken("As what you")])),
    ).toBe("Ask what");
  });

  it("keep their capitals and marks", () => {
    const state = heard(
      [0, spoken("And so my")],
      [300, spoken("And so my")],
      [400, spoken("and so, my fellow")],
    );
    expect(shownText(look(state, 9_000))).toBe("And so my fellow");
  });

  it("change at the end when another one has stood there for long enough", () => {
    const state = heard([0, spoken("as much")], [300, spoken("as much")], [400, spoken("ask what")]);
    expect(shownText(look(state, 400 + correctMs - 1))).toBe("as much");
    expect(shownText(look(state, 400 + correctMs))).toBe("ask what");
  });

  it("change further in front only after a longer time, and go on meanwhile", () => {
    const state = heard(
      [0, spoken("as what you can")],
      [300, spoken("as what you can")],
      [400, spoken("ask what you can do")],
    );
    expect(shownText(look(state, 400 + holdMs))).toBe("as what you can do");
    expect(shownText(look(state, 400 + reviseMs - 1))).toBe("as what you can do");
    expect(shownText(look(state, 400 + reviseMs))).toBe("ask what you can do");
  });

  it("go when the interim does", () => {
    expect(heard([0, spoken("and so")], [300, spoken("and so")], [400, spoken(null)])).toEqual(quiet);
  });

  it("of scripts without spaces are their letters", () => {
    const state = heard([0, spoken("東京")], [300, spoken("東京都に、")]);
    expect(shownText(state)).toBe("東京");
    expect(shownText(look(state, 300 + holdMs))).toBe("東京都に");
  });
});

describe("a final that covers the beginning of an interim", () => {
  const before = heard([0, spoken("This tool allows you")], [300, spoken("This tool allows you to inspect")]);

  it("leaves the words that go on where they are", () => {
    const shown = look(before, 600);
    expect(shownText(shown)).toBe("This tool allows you to inspect");
    const state = hear(shown, spoken("to inspect quality", 1_000, [final(0, "This tool allows you")]), 700);
    expect(shownText(state)).toBe("to inspect");
  });

  it("leaves them also when it says more or fewer words than were shown", () => {
    const shown = look(before, 600);
    for (const text of ["These two will allow you", "This toolbox allows"]) {
      const state = hear(shown, spoken("you to inspect quality", 1_000, [final(0, text)]), 700);
      expect(shownText(state)).toBe("you to inspect");
    }
  });

  it("leaves as many when the interim that goes on has changed its mind", () => {
    const shown = look(before, 600);
    const state = hear(shown, spoken("two inspect quality", 1_000, [final(0, "This tool allows you")]), 700);
    expect(shownText(state)).toBe("two inspect");
  });

  it("does not make words wait anew", () => {
    const state = hear(before, spoken("to inspect quality", 1_000, [final(0, "This tool allows you")]), 400);
    expect(shownText(state)).toBeNull();
    expect(shownText(look(state, 300 + holdMs))).toBe("to inspect");
    expect(shownText(look(state, 400 + holdMs))).toBe("to inspect quality");
  });

  it("is of no matter in a new session, whose clock begins again", () => {
    const shown = look(before, 600);
    const next = {
      ...spoken("Good morning", 0, [final(0, "This tool")]),
      session: { id: "t", startedAt: 9 },
    };
    expect(shownText(hear(shown, next, 700))).toBeNull();
  });
});

type Change =
  | { readonly kind: "say"; readonly words: readonly string[] }
  | { readonly kind: "err"; readonly at: number; readonly words: readonly string[] }
  | { readonly kind: "settle"; readonly words: number }
  | { readonly kind: "drop" };

/** Few and alike, so that they are often taken for one another. */
const words = fc.constantFrom("a", "b", "Bee", "bee,", "e-f", "そう");
const changes: fc.Arbitrary<Change> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("say"), words: fc.array(words, { maxLength: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("err"),
      at: fc.nat(9),
      words: fc.array(words, { maxLength: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("settle"), words: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop") }) },
);
const scripts = fc.array(fc.record({ afterMs: fc.nat(1_200), change: changes }), {
  minLength: 1,
  maxLength: 30,
});

/** What a room would say: interims that grow and err, finals of their first words, the rest going on, and silence. */
function updatesOf(
  script: readonly { afterMs: number; change: Change }[],
): { atMs: number; spoken: Spoken }[] {
  let said: readonly string[] = [];
  let segments: readonly Segment[] = [];
  let start = 0;
  let nowMs = 0;
  return script.map(({ afterMs, change }) => {
    nowMs += afterMs;
    switch (change.kind) {
      case "say":
        said = [...said, ...change.words];
        break;
      case "err":
        said = [...said.slice(0, change.at), ...change.words, ...said.slice(change.at + 1)];
        break;
      case "drop":
        said = [];
        break;
      case "settle": {
        if (said.length === 0) break;
        segments = [...segments, final(start, said.slice(0, change.words).join(" "))];
        said = said.slice(change.words);
        start += 1_000;
      }
    }
    return { atMs: nowMs, spoken: spoken(said.length === 0 ? null : said.join(" "), start, segments) };
  });
}

type Moment = { readonly atMs: number; readonly spoken: Spoken; readonly state: Stabiliser };

/** Every state that follows from the updates, and at the end from `restMs` without any. */
function moments(updates: readonly { atMs: number; spoken: Spoken }[], restMs: number): Moment[] {
  const passed: Moment[] = [];
  let state: Stabiliser = quiet;
  for (const [index, { atMs, spoken: update }] of updates.entries()) {
    state = hear(state, update, atMs);
    passed.push({ atMs, spoken: update, state });
    const endMs = updates[index + 1]?.atMs ?? atMs + restMs + 1;
    while (state.kind === "speaking" && state.dueMs !== null && state.dueMs < endMs) {
      const dueMs: number = state.dueMs;
      state = look(state, dueMs);
      passed.push({ atMs: dueMs, spoken: update, state });
    }
  }
  return passed;
}

const keys = (text: string | null | undefined): string[] => piecesOf(text ?? "").map(({ key }) => key);
const isPrefix = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((key, index) => key === other[index]);

describe("whatever a room says", () => {
  const laws = (
    law: (passed: Moment[], updates: { atMs: number; spoken: Spoken }[]) => void,
    restMs = 10_000,
  ) =>
    fc.assert(
      fc.property(scripts, (script) => {
        const updates = updatesOf(script);
        law(moments(updates, restMs), updates);
      }),
      { numRuns: 1_000 },
    );

  it("only words that were heard are shown, and none without an interim", () => {
    laws((passed) => {
      const known = new Set<string>();
      for (const {
        spoken: { interim },
        state,
      } of passed) {
        for (const { word } of piecesOf(interim?.text ?? "")) known.add(word);
        const shown = piecesOf(shownText(state) ?? "");
        expect(shown.filter(({ word }) => !known.has(word))).toEqual([]);
        if (interim === null) expect(shown).toEqual([]);
      }
    });
  });

  it("a word changes only for one that stood there long enough, longer in front of the last two", () => {
    let corrected = 0;
    laws((passed, updates) => {
      for (const [index, { atMs, spoken: now, state }] of passed.entries()) {
        const before = passed[index - 1];
        const start = now.interim?.start;
        if (before === undefined || start === undefined || before.spoken.interim?.start !== start) continue;
        const [was, is] = [before.state, state].map((one) => piecesOf(shownText(one) ?? ""));
        if (was === undefined || is === undefined) continue;
        const same = was.findIndex(({ key }, at) => key !== is[at]?.key);
        const kept = was.slice(0, same < 0 ? was.length : same);
        expect(is.slice(0, kept.length)).toEqual(kept);
        if (same < 0) continue;
        corrected++;
        const stoodMs = was.length - same <= 2 ? correctMs : reviseMs;
        const [previous, successor] = [is[same - 1]?.key, is[same]?.key];
        const last = updates.findLastIndex((update) => update.atMs <= atMs - stoodMs);
        const since = updates.slice(Math.max(0, last)).filter((update) => update.atMs <= atMs);
        expect(last).toBeGreaterThanOrEqual(0);
        for (const { spoken: update } of since) {
          const heardKeys: (string | undefined)[] = keys(update.interim?.text);
          const found = [...heardKeys, undefined].some(
            (key, at) =>
              key === successor && (heardKeys[at - 1] === previous || update.interim?.start !== start),
          );
          expect(found).toBe(true);
        }
      }
    });
    expect(corrected).toBeGreaterThan(0);
  });

  it("all that is heard is shown in the end, and soon where it only goes on", () => {
    laws((passed, updates) => {
      const last = updates.at(-1);
      const raw = keys(last?.spoken.interim?.text);
      const atEnd = passed.findLast(({ atMs }) => atMs <= (last?.atMs ?? 0));
      const shownAfter = (ms: number) =>
        keys(shownText(passed.findLast(({ atMs }) => atMs <= (last?.atMs ?? 0) + ms)?.state ?? quiet));
      if (atEnd !== undefined && isPrefix(keys(shownText(atEnd.state)), raw))
        expect(shownAfter(holdMs)).toEqual(raw);
      expect(shownAfter(reviseMs)).toEqual(raw);
      expect(passed.at(-1)?.state).not.toMatchObject({ dueMs: expect.any(Number) });
    });
  });

  it("words stay when a final takes those before them", () => {
    let stayed = 0;
    laws((passed) => {
      for (const [index, { spoken: now, state }] of passed.entries()) {
        const before = passed[index - 1];
        if (before === undefined || before.spoken.interim === null || now.interim === null) continue;
        if (before.spoken.interim.start === now.interim.start) continue;
        const shown = keys(shownText(before.state));
        if (!isPrefix(shown, keys(before.spoken.interim.text))) continue;
        const rest = shown.slice(keys(now.segments.at(-1)?.text).length);
        expect(isPrefix(rest, keys(shownText(state)))).toBe(true);
        if (rest.length > 0) stayed++;
      }
    });
    expect(stayed).toBeGreaterThan(0);
  });
});

describe("recorded updates", () => {
  const viewings = recordedUpdates().map(([, viewing]) => viewing);
  const finalWords = viewings.flatMap(({ segments }) =>
    segments.flatMap(({ text }) => normalise(text)),
  ).length;
  const rate = (measured: readonly Erasure[]) =>
    measured.reduce((sum, { afterFirstChange }) => sum + afterFirstChange, 0) / finalWords;

  it("flicker as they come, seldom on the page, and never in steady mode", () => {
    expect(rate(viewings.map(({ shown }) => measureErasure(shown)))).toBeGreaterThan(0.5);
    expect(rate(viewings.map((viewing) => measureErasure(displayedFrames(viewing, "fast"))))).toBeLessThan(
      0.2,
    );
    for (const viewing of viewings) {
      const steady = displayedFrames(viewing, "steady");
      expect(measureErasure(steady)).toEqual({ afterFirstChange: 0, inPlace: 0, toTheLetter: 0 });
      expect(steady.map(({ interim }) => interim)).toEqual(steady.map(() => null));
    }
  });

  it("end in the finals as they are", () => {
    for (const viewing of viewings) {
      for (const mode of ["fast", "steady"] as const) {
        expect(displayedFrames(viewing, mode).at(-1)).toMatchObject({
          finals: viewing.segments,
          interim: null,
        });
      }
    }
  });
});
