import { describe, expect, it } from "vitest";
import {
  advance,
  beginSegments,
  currentSpeech,
  cutSpeech,
  flushSegment,
  PRE_ROLL,
  rulesFor,
  type SegmenterEvent,
  type SegmenterState,
} from "../../../engine/listen/segmenter.ts";

const WINDOW = 512;
const SECOND = 16_000;

/** Plays a script of `[seconds, probability]` and gives the last state, the position, and what happened. */
function play(script: [seconds: number, probability: number][], endpointingMs: number | null = 300) {
  let state: SegmenterState = beginSegments();
  const events: SegmenterEvent[] = [];
  let position = 0;
  for (const [seconds, probability] of script) {
    for (let left = Math.round((seconds * SECOND) / WINDOW); left > 0; left--) {
      const window = { start: position, end: position + WINDOW, probability };
      position += WINDOW;
      const advanced = advance(state, window, rulesFor(endpointingMs));
      state = advanced.state;
      for (const event of advanced.events) {
        events.push(event);
        if (event.type !== "overlong" || state.kind !== "speaking") continue;
        const cut = cutSpeech(state, event.to);
        state = cut.state;
        events.push(cut.event);
      }
    }
  }
  return { state, events, position };
}

const finalsOf = (events: SegmenterEvent[]) => events.filter((event) => event.type === "final");

describe("segmenter", () => {
  it("ends an utterance after the endpoint's silence, with some audio kept on both sides of the speech", () => {
    const { events } = play([
      [1, 0.01],
      [2, 0.95],
      [0.5, 0.01],
    ]);
    const [started, final] = events;
    expect(started).toEqual({ type: "speechStarted", at: 31 * WINDOW });
    expect(final).toMatchObject({ type: "final", start: 0, speechFinal: true });
    if (final?.type !== "final" || final.speech === null) throw new Error("no speech");
    expect(final.speech.from).toBe(31 * WINDOW - PRE_ROLL);
    expect(final.speech.to).toBeGreaterThan(3 * SECOND);
    expect(final.end).toBe(final.speech.to);
    expect(events).toHaveLength(2);
  });

  it("takes one loud window for a click, not for speech", () => {
    const { events } = play([
      [0.5, 0.01],
      [WINDOW / SECOND, 0.99],
      [1, 0.01],
    ]);
    expect(events).toEqual([]);
  });

  it("bridges a dip above the lower threshold and a pause shorter than the endpoint", () => {
    const { events } = play([
      [1, 0.9],
      [0.5, 0.4],
      [0.2, 0.01],
      [1, 0.9],
      [0.4, 0.01],
    ]);
    expect(finalsOf(events)).toHaveLength(1);
  });

  it("tiles the stream: every segment begins where the last ended", () => {
    const { events, state, position } = play([
      [7, 0.01],
      [14, 0.9],
      [0.25, 0.01],
      [9, 0.9],
      [2, 0.01],
      [0.3, 0.9],
      [12, 0.01],
    ]);
    const finals = [...finalsOf(events), flushSegment(state, position).event];
    expect(finals.length).toBeGreaterThan(6);
    let end = 0;
    for (const final of finals) {
      expect(final.start).toBe(end);
      expect(final.end).toBeGreaterThan(final.start);
      end = final.end;
    }
    expect(end).toBe(position);
  });

  it("never recognises the same sample twice", () => {
    const { events, state, position } = play([
      [1, 0.9],
      [0.31, 0.01],
      [1, 0.9],
      [0.31, 0.01],
      [13, 0.9],
      [0.31, 0.01],
      [1, 0.9],
    ]);
    const heard = [...finalsOf(events), flushSegment(state, position).event].flatMap(
      ({ speech }) => speech ?? [],
    );
    expect(heard.length).toBeGreaterThan(3);
    for (const [index, speech] of heard.entries())
      expect(speech.from).toBeGreaterThanOrEqual(heard[index - 1]?.to ?? 0);
  });

  it("cuts speech that never pauses, inside the range it offered", () => {
    const { events } = play([[30, 0.95]]);
    const overlong = events.filter((event) => event.type === "overlong");
    expect(overlong.length).toBeGreaterThanOrEqual(2);
    for (const { from, to } of overlong) expect(to).toBeGreaterThan(from);
    for (const final of finalsOf(events)) expect(final.speechFinal).toBe(false);
  });

  it("lets silence lend its audio to the next utterance, even when the silence was confirmed just before", () => {
    const { state } = play([
      [5.02, 0.01],
      [0.1, 0.9],
    ]);
    if (state.kind !== "speaking") throw new Error("not speaking");
    const speech = currentSpeech(state, state.voiceEnd);
    expect(speech?.from).toBe(state.onset - PRE_ROLL);
    expect(speech?.from).toBeLessThan(state.segmentStart);
  });

  it("with a long endpoint gives the words first and the end of speech later", () => {
    const { events } = play(
      [
        [1, 0.9],
        [4, 0.01],
      ],
      3000,
    );
    const finals = finalsOf(events);
    expect(finals.map((final) => [final.speech !== null, final.speechFinal])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it("with endpointing off never says that speech is final", () => {
    const { events } = play(
      [
        [1, 0.9],
        [12, 0.01],
      ],
      null,
    );
    const finals = finalsOf(events);
    expect(finals.length).toBeGreaterThan(1);
    for (const final of finals) expect(final.speechFinal).toBe(false);
  });

  it("flushes in the middle of a word and goes on speaking from there", () => {
    const { state, position } = play([[1, 0.9]]);
    const { event, state: next } = flushSegment(state, position);
    expect(event).toMatchObject({ start: 0, end: position, speech: { from: 0, to: position } });
    expect(next).toMatchObject({ kind: "speaking", segmentStart: position });
    expect(currentSpeech(next, position + 100)).toBeNull();
  });
});
