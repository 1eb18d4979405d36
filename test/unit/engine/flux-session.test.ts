import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FluxSession } from "../../../engine/flux/session.ts";
import type { FluxSettings } from "../../../engine/flux/settings.ts";
import { type TurnInfo, type TurnMessage, textOf } from "../../../engine/flux/turns.ts";
import type { RecogniseQuestion } from "../../../engine/recognise/questions.ts";
import { createScheduler } from "../../../engine/recognise/scheduler.ts";
import type { Hypothesis } from "../../../engine/recognise/words.ts";
import { judgeLoud, sound } from "../../support/loud-speech.ts";

const RATE = 16_000;
const SETTINGS: FluxSettings = {
  eotThreshold: 0.7,
  eagerEotThreshold: null,
  eotTimeoutMs: 5000,
  keyterms: [],
  languageHints: null,
};

/** Hears one word for each half second of loud audio, and a full stop where the loud audio ends. */
function countHalves({ audio }: RecogniseQuestion): Hypothesis {
  const loud = audio.reduce((count, sample) => count + (sample > 0.1 ? 1 : 0), 0);
  const first = Math.max(
    0,
    audio.findIndex((sample) => sample > 0.1),
  );
  const count = Math.floor(loud / 8000);
  const isOver = (audio.at(-1) ?? 0) < 0.1;
  const words = Array.from({ length: count }, (_, index) => ({
    text: index === count - 1 && isOver ? "stop." : "word",
    start: first + index * 8000,
    end: first + (index + 1) * 8000,
    confidence: 0.99,
  }));
  const starts = words.map((word) => word.start);
  return { text: words.map((word) => word.text).join(" "), words, tokens: starts, tokenStarts: starts };
}

/** A session on a detector that takes loud for speech, with its messages. */
function start(settings: Partial<FluxSettings> = {}, fail = false) {
  const messages: TurnMessage[] = [];
  const failures: number[] = [];
  const asked: number[] = [];
  const scheduler = createScheduler([
    async (question) => {
      asked.push(question.audio.length);
      await new Promise((resolve) => setImmediate(resolve));
      if (fail) throw new Error("broken");
      return countHalves(question);
    },
  ]);
  const session = new FluxSession(
    { ...SETTINGS, ...settings },
    {
      judge: judgeLoud,
      scheduler,
      send: (message) => messages.push(message),
      setReading: () => undefined,
      onFailure: () => failures.push(messages.length),
    },
  );
  session.begin({ encoding: "linear16", sampleRate: RATE, channels: 1 });
  const stream = async (seconds: number, loud: boolean) => {
    const bytes = sound(seconds, loud);
    for (let at = 0; at < bytes.length; at += 2560) {
      session.feed(bytes.subarray(at, at + 2560));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  return { session, messages, failures, asked, stream };
}

const turnInfos = (messages: readonly TurnMessage[]): TurnInfo[] =>
  messages.filter((message) => message.type === "TurnInfo");
const without = (event: TurnInfo["event"], messages: readonly TurnMessage[]) =>
  turnInfos(messages).filter((info) => info.event !== event);
const eventsOf = (messages: readonly TurnMessage[]) => without("Update", messages).map((info) => info.event);
const seconds = (position: number) => position / RATE;

describe("Flux session", () => {
  it("tells a turn from its first words to its end, and says meanwhile how far it has heard", async () => {
    const { messages, stream } = start();
    await stream(1, false);
    await stream(2.1, true);
    await stream(2, false);
    expect(messages[0]).toEqual({ type: "Connected", sequenceId: 0 });
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "EndOfTurn"]);
    const end = turnInfos(messages).find((info) => info.event === "EndOfTurn");
    expect(textOf(end?.words ?? [])).toBe("word word word stop.");
    expect(end?.trigger).toBe("model");
    expect(seconds(end?.words[0]?.start ?? 0)).toBeCloseTo(1, 1);
    expect(seconds(end?.words[3]?.end ?? 0)).toBeCloseTo(3, 1);
    // About 0.6 s behind the end of speech.
    expect(seconds(end?.to ?? 0)).toBeGreaterThan(3.5);
    expect(seconds(end?.to ?? 0)).toBeLessThan(3.9);

    const updates = turnInfos(messages).filter((info) => info.event === "Update");
    expect(updates[0]).toMatchObject({ turnIndex: 0, words: [] });
    expect(seconds(updates[0]?.to ?? 0)).toBeCloseTo(0.25, 1);
    let told = 0;
    for (const info of turnInfos(messages)) {
      if (info.event === "Update") expect(seconds(info.to - told)).toBeGreaterThanOrEqual(0.25);
      expect(seconds(info.to - told)).toBeLessThan(0.6);
      told = info.to;
    }
    expect(updates.at(-1)).toMatchObject({ turnIndex: 1, words: [], from: end?.to });
  });

  it("keeps a turn together over pauses that are too short to end it", async () => {
    const { messages, stream } = start({ eotThreshold: 0.9 });
    await stream(1.1, true);
    await stream(0.5, false);
    await stream(1.1, true);
    await stream(1, false);
    await stream(1.1, true);
    await stream(2, false);
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "EndOfTurn"]);
    const end = turnInfos(messages).find((info) => info.event === "EndOfTurn");
    expect(end?.words).toHaveLength(6);
  });

  it("repeats the text of an eager end when the turn does end, and resumes the turn when it does not", async () => {
    const { messages, stream } = start({ eotThreshold: 0.8, eagerEotThreshold: 0.4 });
    await stream(1.1, true);
    await stream(0.5, false);
    await stream(1.6, true);
    await stream(2, false);
    const events = without("Update", messages);
    expect(events.map((info) => info.event)).toEqual([
      "StartOfTurn",
      "EagerEndOfTurn",
      "TurnResumed",
      "EagerEndOfTurn",
      "EndOfTurn",
    ]);
    expect(textOf(events[4]?.words ?? [])).toBe(textOf(events[3]?.words ?? []));
    expect(events[4]?.words).toHaveLength(5);
  });

  it("ends a turn after the timeout when the model may not", async () => {
    const { messages, stream } = start({ eotThreshold: 1, eotTimeoutMs: 2500 });
    await stream(1.1, true);
    await stream(8, false);
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "EndOfTurn"]);
    const end = turnInfos(messages).find((info) => info.event === "EndOfTurn");
    expect(end?.trigger).toBe("timeout");
    expect(seconds(end?.to ?? 0)).toBeCloseTo(3.6, 1);
  });

  it("ends a turn in the middle of speech when told to; what follows is the next turn's", async () => {
    const { session, messages, stream } = start();
    await stream(2, true);
    session.forceEndTurn();
    await stream(1.2, true);
    await stream(2, false);
    const events = without("Update", messages);
    expect(events.map((info) => [info.event, info.turnIndex, info.trigger])).toEqual([
      ["StartOfTurn", 0, null],
      ["EndOfTurn", 0, "manual"],
      ["StartOfTurn", 1, null],
      ["EndOfTurn", 1, "model"],
    ]);
    expect(events[1]?.words).toHaveLength(4);
    expect(events[3]?.words).toHaveLength(2);
    expect(events[3]?.from).toBe(2 * RATE);
  });

  it("warns in silence, and does not answer the same words again", async () => {
    const { session, messages, stream } = start();
    await stream(1.1, true);
    await stream(0.3, false);
    session.forceEndTurn();
    session.forceEndTurn();
    await stream(1, false);
    await session.finish();
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "EndOfTurn"]);
    expect(messages.filter((message) => message.type === "Warning")).toHaveLength(1);
    expect(turnInfos(messages).at(-1)).toMatchObject({ turnIndex: 1, words: [] });
  });

  it("tells the rest when the stream is finished, without ending the turn", async () => {
    const { session, messages, stream } = start();
    await stream(1.6, true);
    await session.finish();
    expect(eventsOf(messages)).toEqual(["StartOfTurn"]);
    const last = turnInfos(messages).at(-1);
    expect(last?.words).toHaveLength(3);
    expect(seconds(last?.to ?? 0)).toBeCloseTo(1.6, 5);
  });

  it("cuts a long turn into segments that are recognised one by one, and keeps its words", async () => {
    const { messages, asked, stream } = start();
    await stream(25, true);
    await stream(2, false);
    expect(eventsOf(messages)).toEqual(["StartOfTurn", "EndOfTurn"]);
    const end = turnInfos(messages).find((info) => info.event === "EndOfTurn");
    expect(end?.words.length).toBeGreaterThan(45);
    expect(end?.words.length).toBeLessThanOrEqual(50);
    expect(Math.max(...asked) / RATE).toBeLessThan(11);
    let at = 0;
    for (const word of end?.words ?? []) {
      expect(word.start).toBeGreaterThanOrEqual(at);
      at = word.end;
    }
  });

  it("applies a change behind the audio that came before it", async () => {
    const { session, messages, stream } = start({ eotThreshold: 1 });
    await stream(1.1, true);
    await stream(1.5, false);
    session.configure({
      eotThreshold: 0.5,
      eagerEotThreshold: null,
      eotTimeoutMs: null,
      keyterms: null,
      languageHints: null,
    });
    await stream(0.2, false);
    const types = messages.map((message) => (message.type === "TurnInfo" ? message.event : message.type));
    expect(types.filter((type) => type !== "Update")).toEqual([
      "Connected",
      "StartOfTurn",
      "ConfigureSuccess",
      "EndOfTurn",
    ]);
  });

  it("tells every word in one turn, however speech, pauses and forced ends follow each other", async () => {
    const part = fc.record({
      speech: fc.integer({ min: 1, max: 30 }),
      pause: fc.integer({ min: 0, max: 20 }),
    });
    const script = fc.array(fc.record({ part, force: fc.boolean() }), { minLength: 1, maxLength: 6 });
    const eager = fc.constantFrom(null, 0.35);
    await fc.assert(
      fc.asyncProperty(script, eager, async (steps, eagerEotThreshold) => {
        const { session, messages, stream } = start({ eagerEotThreshold });
        for (const { part, force } of steps) {
          await stream(part.speech / 10, true);
          await stream(part.pause / 10, false);
          if (force) session.forceEndTurn();
        }
        await session.finish();
        const turns = turnInfos(messages);
        const last = turns.at(-1);
        // The last of each turn: its end or, when the stream's end cuts it off, whatever came last.
        const closing = turns.filter((info) => info.event === "EndOfTurn" || info === last);
        let at = 0;
        for (const { words, from, to } of closing) {
          expect(from).toBeGreaterThanOrEqual(at);
          for (const word of words) {
            expect(word.start).toBeGreaterThanOrEqual(at);
            at = word.end;
          }
          at = to;
        }
        const loud = steps.reduce((sum, { part }) => sum + Math.floor(part.speech / 5), 0);
        const heard = closing.reduce((sum, { words }) => sum + words.length, 0);
        // Speech that goes on over a short pause counts as one here, and what is left of a half of each adds up.
        expect(heard).toBeLessThanOrEqual(loud + steps.length);
        expect(heard).toBeGreaterThanOrEqual(loud - steps.length);
        expect(messages.map((message) => message.sequenceId)).toEqual(messages.map((_, index) => index));
      }),
      { numRuns: 25 },
    );
  }, 30_000);

  it("tells of a broken recogniser once, and nothing more", async () => {
    const { messages, failures, stream } = start({}, true);
    await stream(2, true);
    await stream(2, false);
    expect(messages.at(-1)).toMatchObject({ type: "Error", code: "INTERNAL_SERVER_ERROR" });
    expect(failures).toEqual([messages.length]);
  });
});
