import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOfTurnConfidence } from "../../../engine/flux/confidence.ts";
import type { FluxSettings, SettingsChange } from "../../../engine/flux/settings.ts";
import {
  beginTurns,
  step,
  type TurnEvent,
  type TurnInfo,
  type TurnMessage,
  textOf,
} from "../../../engine/flux/turns.ts";
import type { Word } from "../../../engine/recognise/words.ts";

const MS = 16;
const SETTINGS: FluxSettings = {
  eotThreshold: 0.7,
  eagerEotThreshold: null,
  eotTimeoutMs: 5000,
  keyterms: [],
  languageHints: null,
};
const UNCHANGED: SettingsChange = {
  eotThreshold: null,
  eagerEotThreshold: null,
  eotTimeoutMs: null,
  keyterms: null,
  languageHints: null,
};

function say(text: string): Word[] {
  return text
    .split(" ")
    .filter(Boolean)
    .map((word, at) => ({ text: word, start: at * 4000, end: at * 4000 + 3000, confidence: 0.9 }));
}

const speaking = (atMs: number, text: string): TurnEvent => ({
  type: "heard",
  position: atMs * MS,
  words: say(text),
  pauseSamples: 0,
  settled: false,
});
const pausing = (atMs: number, text: string, pauseMs: number): TurnEvent => ({
  type: "heard",
  position: atMs * MS,
  words: say(text),
  pauseSamples: pauseMs * MS,
  settled: true,
});
const force = (atMs: number, text: string): TurnEvent => ({
  type: "forceEndTurn",
  position: atMs * MS,
  words: say(text),
});

function play(events: readonly TurnEvent[], settings: Partial<FluxSettings> = {}): TurnMessage[] {
  let { state, messages } = beginTurns({ ...SETTINGS, ...settings });
  for (const event of events) {
    const next = step(state, event);
    state = next.state;
    messages = [...messages, ...next.messages];
  }
  return messages;
}

const turnInfos = (messages: readonly TurnMessage[]) =>
  messages.filter((message) => message.type === "TurnInfo");
const told = (messages: readonly TurnMessage[]) =>
  turnInfos(messages).map((info) => [info.event, textOf(info.words)]);
const eventsOf = (messages: readonly TurnMessage[]) => turnInfos(messages).map((info) => info.event);

describe("turns", () => {
  it("begins with the first words and ends when the pause behind a sentence makes it sure enough", () => {
    const messages = play([
      pausing(300, "", 300),
      speaking(500, ""),
      speaking(700, "Good"),
      speaking(900, "Good morning"),
      speaking(1000, "Good morning"),
      pausing(1250, "Good morning.", 230),
      pausing(1800, "Good morning.", 800),
    ]);
    expect(messages[0]).toEqual({ type: "Connected", sequenceId: 0 });
    expect(told(messages)).toEqual([
      ["Update", ""],
      ["StartOfTurn", "Good"],
      ["Update", "Good morning"],
      ["Update", "Good morning."],
      ["EndOfTurn", "Good morning."],
    ]);
    expect(turnInfos(messages).at(-1)).toMatchObject({
      trigger: "model",
      turnIndex: 0,
      from: 0,
      to: 1800 * MS,
    });
  });

  it("waits longer where no sentence has ended", () => {
    const until = (text: string) =>
      Array.from({ length: 60 }, (_, n) => n * 32).find(
        (pause) => eventsOf(play([speaking(100, text), pausing(200, text, pause)])).at(-1) === "EndOfTurn",
      );
    expect(until("Yes.")).toBeLessThan(700);
    expect(until("And then")).toBeGreaterThan(1000);
  });

  it("says early that a turn may be over, and takes it back when the speaker goes on", () => {
    const messages = play(
      [
        speaking(500, "I think."),
        pausing(900, "I think.", 300),
        speaking(1200, "I think so"),
        pausing(1600, "I think so too.", 300),
        pausing(2000, "I think so too.", 700),
      ],
      { eagerEotThreshold: 0.4 },
    );
    expect(told(messages)).toEqual([
      ["StartOfTurn", "I think."],
      ["EagerEndOfTurn", "I think."],
      ["TurnResumed", "I think so"],
      ["EagerEndOfTurn", "I think so too."],
      ["EndOfTurn", "I think so too."],
    ]);
  });

  it("takes an eager end back before the text of the turn changes, also in a pause", () => {
    const messages = play(
      [
        speaking(500, "Yes."),
        pausing(900, "Yes.", 300),
        pausing(1300, "Yes, no.", 700),
        pausing(1350, "Yes, no.", 750),
      ],
      { eagerEotThreshold: 0.4 },
    );
    expect(told(messages)).toEqual([
      ["StartOfTurn", "Yes."],
      ["EagerEndOfTurn", "Yes."],
      ["TurnResumed", "Yes, no."],
      ["EagerEndOfTurn", "Yes, no."],
      ["EndOfTurn", "Yes, no."],
    ]);
  });

  it("never ends a turn by itself at a threshold of 1, but in time", () => {
    const pauses = Array.from({ length: 40 }, (_, n) => pausing(500 + n * 100, "Over.", n * 100));
    const messages = play([speaking(400, "Over."), ...pauses], { eotThreshold: 1, eotTimeoutMs: 3000 });
    const ends = turnInfos(messages).filter((info) => info.event === "EndOfTurn");
    expect(ends[0]).toMatchObject({ trigger: "timeout", to: 3500 * MS });
  });

  it("ends a turn when told to, and warns when there is none", () => {
    const messages = play([force(100, ""), speaking(500, "Send"), force(600, "Send it"), force(700, "")]);
    expect(messages.map((message) => [message.type, message.sequenceId])).toEqual([
      ["Connected", 0],
      ["Warning", 1],
      ["TurnInfo", 2],
      ["TurnInfo", 3],
      ["Warning", 4],
    ]);
    expect(messages[1]).toMatchObject({ code: "FORCE_END_TURN_NO_ACTIVE_TURN" });
    expect(messages[3]).toMatchObject({ event: "EndOfTurn", trigger: "manual", turnIndex: 0 });
  });

  it("begins the turn that is forced to end when its words were heard only then", () => {
    expect(told(play([force(800, "Stop.")]))).toEqual([
      ["StartOfTurn", "Stop."],
      ["EndOfTurn", "Stop."],
    ]);
  });

  it("counts turns, and begins each where the last one ended", () => {
    const messages = play([
      speaking(500, "One."),
      pausing(1500, "One.", 900),
      speaking(2000, "Two."),
      pausing(3000, "Two.", 900),
    ]);
    expect(turnInfos(messages).map((info) => [info.turnIndex, info.from / MS, info.to / MS])).toEqual([
      [0, 0, 500],
      [0, 0, 1500],
      [1, 1500, 2000],
      [1, 1500, 3000],
    ]);
  });

  it("keeps an open turn open when the stream is closed, and says nothing afterwards", () => {
    const close: TurnEvent = { type: "closeStream", position: 900 * MS, words: say("Not yet finished") };
    const messages = play([speaking(500, "Not yet"), close, pausing(5000, "Not yet finished", 4000), close]);
    expect(told(messages)).toEqual([
      ["StartOfTurn", "Not yet"],
      ["Update", "Not yet finished"],
    ]);
  });

  it("takes new thresholds at once, and keeps the old ones when a new one is out of range", () => {
    const change = { ...UNCHANGED, eotThreshold: 0.6, eagerEotThreshold: 0.8 };
    const messages = play([
      { type: "configure", change },
      { type: "configure", change: { ...UNCHANGED, eotThreshold: 1.5 } },
      { type: "configure", change: { ...UNCHANGED, eotTimeoutMs: 100 } },
      { type: "configure", change: { ...UNCHANGED, languageHints: ["es"] } },
      { type: "configure", change: { ...UNCHANGED, eotThreshold: 0.9, keyterms: ["Captionwire"] } },
      speaking(500, "Fine."),
      pausing(1000, "Fine.", 800),
    ]);
    expect(messages.slice(1, 6)).toMatchObject([
      { type: "ConfigureFailure", code: "INVALID_THRESHOLD" },
      { type: "ConfigureFailure", code: "INVALID_THRESHOLD" },
      { type: "ConfigureFailure", code: "INVALID_THRESHOLD" },
      { type: "ConfigureFailure", code: null },
      { type: "ConfigureSuccess", settings: { ...SETTINGS, eotThreshold: 0.9, keyterms: ["Captionwire"] } },
    ]);
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "Update"]);
  });
});

describe("end-of-turn confidence", () => {
  it("grows with the pause, faster behind a sentence, and is never certain", () => {
    for (let pause = 0; pause < 60_000 * MS; pause += 500 * MS) {
      const [now, later] = [endOfTurnConfidence(pause, false), endOfTurnConfidence(pause + 500 * MS, false)];
      expect(later).toBeGreaterThanOrEqual(now);
      expect(endOfTurnConfidence(pause, true)).toBeGreaterThanOrEqual(now);
      expect(endOfTurnConfidence(pause, true)).toBeLessThan(1);
    }
    expect(endOfTurnConfidence(0, true)).toBe(0);
  });
});

/** What may follow what inside a turn, by the state order of reference 5.3. */
const ORDER: Record<"initial" | "ongoing" | "awaiting", Partial<Record<TurnInfo["event"], string>>> = {
  initial: { Update: "initial", StartOfTurn: "ongoing" },
  ongoing: { Update: "ongoing", EagerEndOfTurn: "awaiting", EndOfTurn: "initial" },
  awaiting: { Update: "awaiting", TurnResumed: "ongoing", EndOfTurn: "initial" },
};

const text = fc.constantFrom("", "Yes", "Yes.", "Yes and", "Yes and no.");
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const anyEvent: fc.Arbitrary<TurnEvent> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("heard" as const),
      position: fc.nat(200_000),
      words: text.map(say),
      pauseSamples: fc.nat(100_000),
      settled: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom("forceEndTurn" as const),
      position: fc.nat(200_000),
      words: text.map(say),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("configure" as const),
      change: fc.record({
        eotThreshold: maybe(fc.double({ min: 0.4, max: 1.1, noNaN: true })),
        eagerEotThreshold: maybe(fc.double({ min: 0.2, max: 1, noNaN: true })),
        eotTimeoutMs: maybe(fc.integer({ min: 0, max: 70_000 })),
        keyterms: maybe(fc.array(fc.string())),
        languageHints: maybe(fc.array(fc.constantFrom("en", "es", ""))),
      }),
    }),
  },
  fc.record({
    type: fc.constant("closeStream" as const),
    position: fc.nat(200_000),
    words: text.map(say),
  }),
  fc.record({ type: fc.constant("failed" as const), code: fc.string(), description: fc.string() }),
);

describe("turns, whatever happens", () => {
  it("obeys the state order, numbers every message, and keeps its promises about text", () => {
    const settings = fc.record({ eagerEotThreshold: fc.constantFrom(null, 0.3, 0.5) });
    fc.assert(
      fc.property(settings, fc.array(anyEvent, { maxLength: 60 }), (chosen, events) => {
        const messages = play(events, chosen);
        expect(messages.map((message) => message.sequenceId)).toEqual(messages.map((_, index) => index));
        let at: keyof typeof ORDER = "initial";
        let turnIndex = 0;
        let told = 0;
        let eagerText: string | null = null;
        let isEager = chosen.eagerEotThreshold !== null;
        for (const message of messages) {
          if (message.type === "ConfigureSuccess") isEager = message.settings.eagerEotThreshold !== null;
          if (message.type !== "TurnInfo") continue;
          const { event, words } = message;
          const next: string | undefined = ORDER[at][event];
          if (next !== "initial" && next !== "ongoing" && next !== "awaiting")
            throw new Error(`${event} while ${at}`);
          at = next;
          expect(message.turnIndex).toBe(turnIndex);
          expect(message.to).toBeGreaterThanOrEqual(told);
          expect(message.from).toBeLessThanOrEqual(message.to);
          for (const word of words) {
            expect(word.start).toBeGreaterThanOrEqual(message.from);
            expect(word.end).toBeLessThanOrEqual(message.to);
          }
          told = message.to;
          if (event === "StartOfTurn" || event === "EagerEndOfTurn") expect(words).not.toHaveLength(0);
          if (event === "EagerEndOfTurn") expect(isEager).toBe(true);
          if (at === "awaiting") eagerText ??= textOf(words);
          if (eagerText !== null && event !== "TurnResumed") expect(textOf(words)).toBe(eagerText);
          if (at !== "awaiting") eagerText = null;
          expect(message.trigger === null).toBe(event !== "EndOfTurn");
          if (event === "EndOfTurn") turnIndex++;
        }
        const last = messages.findIndex((message) => message.type === "Error");
        if (last >= 0) expect(last).toBe(messages.length - 1);
      }),
      { numRuns: 1000 },
    );
  });
});
