import { describe, expect, it } from "vitest";
import { figuresOf } from "../../../cli/latency/stream/figures.ts";
import { spansOf } from "../../../cli/latency/stream/speech.ts";
import type { Span, Tape } from "../../../cli/latency/stream/tape.ts";

/** Frames of 100 ms, each sent the moment it has been spoken, and messages at their time. */
function tapeOf(
  seconds: number,
  spans: readonly Span[],
  messages: readonly [atMs: number, message: object][],
): Tape {
  const sent = Array.from(
    { length: seconds * 10 },
    (_, index) => [(index + 1) / 10, (index + 1) * 100] as const,
  );
  return {
    version: 1,
    url: "ws://provider.test/v1/listen?model=nova-3",
    audio: { file: "made.wav", seconds },
    connect_ms: 40,
    opened: 1_700_000_000_000,
    sent: [...sent],
    speech: { by: "hand", spans: [...spans] },
    messages: messages.map(([received, message]) => ({
      received,
      audio_cursor: sent.findLast(([, at]) => at <= received)?.[0] ?? 0,
      message: { ...message },
    })),
  };
}

const results = (
  start: number,
  end: number,
  text: string,
  how: { final?: boolean; speechFinal?: boolean; lastWord?: number } = {},
) => ({
  type: "Results",
  start,
  duration: end - start,
  is_final: how.final ?? false,
  speech_final: how.speechFinal ?? false,
  channel: {
    alternatives: [{ transcript: text, words: text === "" ? [] : [{ end: how.lastWord ?? end }] }],
  },
});
const utteranceEnd = (last_word_end: number) => ({ type: "UtteranceEnd", channel: [0, 1], last_word_end });
const turn = (event: string, end: number, transcript: string, lastWord?: number) => ({
  type: "TurnInfo",
  event,
  turn_index: 0,
  audio_window_start: 0,
  audio_window_end: end,
  transcript,
  words: transcript === "" ? [] : [{ word: "x", ...(lastWord === undefined ? {} : { end: lastWord }) }],
});

describe("figures of a tape", () => {
  it("take the message latency from interims alone", () => {
    const { message_latency, interims, interims_per_s, transcription_mean_ms } = figuresOf(
      tapeOf(
        4,
        [],
        [
          [1_000, results(0, 0.8, "good")],
          [2_000, results(0, 1.6, "good morning")],
          [3_500, results(0, 2, "Good morning.", { final: true })],
          [3_500, results(2, 2.9, "")],
        ],
      ),
    );
    expect([message_latency?.min, message_latency?.p50, message_latency?.max]).toEqual([
      expect.closeTo(200),
      expect.closeTo(400),
      expect.closeTo(600),
    ]);
    expect(message_latency?.mean).toBeCloseTo(400);
    expect(transcription_mean_ms).toBeCloseTo(360);
    expect([interims, interims_per_s]).toEqual([3, 3 / 4]);
  });

  it("tell the first message from the first words", () => {
    const { first_message_ms, first_words_ms } = figuresOf(
      tapeOf(
        4,
        [[1, 2]],
        [
          [500, { type: "Metadata" }],
          [700, results(0, 0.5, "")],
          [1_650, results(0, 1.2, "good")],
        ],
      ),
    );
    expect([first_message_ms, first_words_ms]).toEqual([700, 650]);
  });

  it("count an end of turn from the end of speech, by each event", () => {
    const { end_of_turn: ends } = figuresOf(
      tapeOf(
        10,
        [
          [0.5, 2],
          [4, 6],
        ],
        [
          [1_900, results(0, 1.8, "good")],
          [2_420, results(0, 2.1, "Good morning.", { final: true, speechFinal: true, lastWord: 1.9 })],
          [3_050, utteranceEnd(1.9)],
          [5_950, results(2.1, 5.9, "all")],
          [6_310, results(2.1, 6.1, "All.", { final: true, speechFinal: true, lastWord: 6.2 })],
          [7_080, utteranceEnd(6.2)],
        ],
      ),
    );
    expect(ends.speech_final.since_speech_end).toMatchObject({ count: 2, min: 310, max: 420, mean: 365 });
    expect(ends.is_final.since_speech_end).toEqual(ends.speech_final.since_speech_end);
    expect(ends.UtteranceEnd.since_speech_end).toMatchObject({ count: 2, min: 1_050, max: 1_080 });
    expect(ends.speech_final.since_last_interim).toMatchObject({ count: 2, min: 360, max: 520 });
    expect(ends.UtteranceEnd.since_last_interim).toMatchObject({ count: 2, min: 1_130, max: 1_150 });
    expect(ends.EndOfTurn).toEqual({ events: 0, since_speech_end: null, since_last_interim: null });
  });

  it("do not take a final in the midst of speech, nor one of silence, for the end of a turn", () => {
    const { end_of_turn: ends } = figuresOf(
      tapeOf(
        10,
        [
          [0.5, 1],
          [1.4, 6],
        ],
        [
          [1_300, results(0, 1.2, "Well.", { final: true, speechFinal: true, lastWord: 1 })],
          [4_200, results(1.2, 4, "it goes on", { final: true, lastWord: 3.9 })],
          [6_400, results(4, 6.2, "and ends.", { final: true, lastWord: 5.9 })],
          [6_500, results(6.2, 6.3, "", { final: true, speechFinal: true })],
          [9_800, results(6.3, 9.7, "", { final: true, speechFinal: true })],
        ],
      ),
    );
    expect(ends.is_final).toMatchObject({ events: 3, since_speech_end: { count: 2, min: 300, max: 400 } });
    // The empty one closes what was final before it; the last one closes nothing.
    expect(ends.speech_final).toMatchObject({
      events: 2,
      since_speech_end: { count: 2, min: 300, max: 500 },
    });
  });

  it("count each end of speech once", () => {
    const { end_of_turn: ends } = figuresOf(
      tapeOf(
        4,
        [[0, 2]],
        [
          [2_300, results(0, 1, "One.", { final: true, lastWord: 1.8 })],
          [2_900, results(1, 2, "Two.", { final: true, lastWord: 2 })],
        ],
      ),
    );
    expect(ends.is_final).toMatchObject({ events: 2, since_speech_end: { count: 1, max: 300 } });
  });

  it("know Flux: what is new is in updates, and turns end", () => {
    const figures = figuresOf(
      tapeOf(
        6,
        [[0.5, 2]],
        [
          [300, { type: "Connected", sequence_id: 0 }],
          [400, turn("Update", 0.25, "")],
          [1_000, turn("StartOfTurn", 0.2, "good")],
          [1_500, turn("Update", 1.25, "good")],
          [2_250, turn("EagerEndOfTurn", 2.2, "Good morning.", 1.95)],
          [2_400, turn("TurnResumed", 2.2, "Good morning")],
          [2_650, turn("EndOfTurn", 2.6, "Good morning.")],
        ],
      ),
    );
    expect(figures.message_latency).toMatchObject({
      count: 3,
      min: expect.closeTo(150),
      max: expect.closeTo(250),
    });
    expect(figures.first_message_ms).toBe(400);
    expect(figures.end_of_turn.EagerEndOfTurn.since_speech_end).toMatchObject({ count: 1, max: 250 });
    expect(figures.end_of_turn.EndOfTurn.since_speech_end).toMatchObject({ count: 1, max: 650 });
    expect(figures.transcript).toBe("Good morning.");
  });

  it("count from the last interim, which a turn's beginning and its eager end are not", () => {
    const { EndOfTurn, EagerEndOfTurn } = figuresOf(
      tapeOf(
        6,
        [[0.5, 2]],
        [
          [1_500, turn("Update", 1.25, "good")],
          [2_250, turn("EagerEndOfTurn", 2.2, "Good morning.")],
          [2_650, turn("EndOfTurn", 2.6, "Good morning.")],
          [3_000, turn("StartOfTurn", 2.9, "so")],
          [3_500, turn("EndOfTurn", 3.4, "So.")],
        ],
      ),
    ).end_of_turn;
    expect(EndOfTurn).toMatchObject({ events: 2, since_last_interim: { count: 1, max: 1_150 } });
    expect(EagerEndOfTurn.since_last_interim).toMatchObject({ count: 1, max: 750 });
  });

  it("take the last end of speech that was heard for the one that is meant, where words have no times", () => {
    const { end_of_turn: ends } = figuresOf(
      tapeOf(
        8,
        [
          [0.5, 2],
          [3.2, 3.9],
        ],
        [
          [1_500, turn("Update", 1.25, "good")],
          [3_150, turn("EndOfTurn", 3.1, "Good morning.")],
        ],
      ),
    );
    expect(ends.EndOfTurn.since_speech_end).toMatchObject({ count: 1, max: 1_150 });
  });

  it("join what is final, and what never became so", () => {
    const { transcript } = figuresOf(
      tapeOf(
        4,
        [],
        [
          [100, results(0, 1, "good")],
          [200, results(0, 1, "Good morning.", { final: true })],
          [300, results(1, 2, "and now")],
        ],
      ),
    );
    expect(transcript).toBe("Good morning. and now");
  });

  it("say that nothing was measured", () => {
    expect(figuresOf(tapeOf(0, [], []))).toMatchObject({
      first_message_ms: null,
      first_words_ms: null,
      interims_per_s: null,
      message_latency: null,
      transcription_mean_ms: null,
    });
  });
});

describe("stretches of speech", () => {
  const windowS = 0.032;
  const of = (...parts: readonly [probability: number, windows: number][]) =>
    spansOf({ windowS, probabilities: parts.flatMap(([value, count]) => Array<number>(count).fill(value)) });
  const at = (...windows: readonly [number, number][]) =>
    windows.map(([from, to]) => [expect.closeTo(from * windowS), expect.closeTo(to * windowS)]);

  it("end at a pause, not between words", () => {
    expect(of([0, 10], [0.9, 20], [0.1, 5], [0.9, 15], [0.1, 20], [0.8, 10], [0, 30])).toEqual(
      at([10, 50], [70, 80]),
    );
  });

  it("begin with more than a click, and go on while it is somewhat likely", () => {
    expect(of([0, 10], [0.9, 1], [0, 10], [0.6, 4], [0.4, 20], [0.3, 20])).toEqual(at([21, 45]));
  });

  it("may last to the end", () => {
    expect(of([0.9, 10])).toEqual(at([0, 10]));
    expect(of([0, 10])).toEqual([]);
  });
});
