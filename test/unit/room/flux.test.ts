import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFluxMessage, wireMessage } from "../../../engine/flux/messages.ts";
import { FLUX_PARAMETERS, parseFluxQuery } from "../../../engine/flux/query.ts";
import { beginTurns, step, type TurnEvent } from "../../../engine/flux/turns.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";
import type { ProviderEvent } from "../../../party/room/upstream/events.ts";
import { flux } from "../../../party/room/upstream/flux.ts";
import type { Recognition } from "../../../shared/settings.ts";

const format = { encoding: "mulaw", sampleRate: 8000, channels: 1 } as const;

type TurnEventName = "StartOfTurn" | "Update" | "EagerEndOfTurn" | "TurnResumed" | "EndOfTurn";

/** A message as it is on the wire: the turn's whole text, for the audio between two moments. */
function turn(
  event: TurnEventName,
  index: number,
  window: [number, number],
  text: string,
  more: object = {},
) {
  return JSON.stringify({
    type: "TurnInfo",
    request_id: "r",
    sequence_id: 7,
    event,
    turn_index: index,
    audio_window_start: window[0],
    audio_window_end: window[1],
    transcript: text,
    words: text.split(" ").flatMap((word) => (word === "" ? [] : [{ word, confidence: 0.5 }])),
    end_of_turn_confidence: 0.2,
    ...more,
  });
}

function told(...frames: string[]) {
  const reader = flux.read();
  return frames.map((frame) => reader.frame(frame).map(brief));
}

function brief(event: ProviderEvent): string {
  if (event.kind !== "interim" && event.kind !== "final") return event.kind;
  return `${event.kind} ${event.startS}-${event.endS} ${event.text}`.trim();
}

const queryOf = (recognition: Recognition) =>
  new URL(flux.livePath(format, recognition), "http://provider.test").searchParams;

describe("Flux's query", () => {
  it("holds nothing that Flux does not know", () => {
    expect(flux.livePath(format, { model: "flux-general-en" })).toMatch(/^\/v2\/listen\?/);
    const query = queryOf({
      model: "flux-general-en",
      language: "en-GB",
      keyterms: ["Captionwire", "a b"],
      diarize: false,
      smartFormat: false,
      endpointing: false,
      profanityFilter: true,
      redact: ["numbers", "aggressive_numbers"],
    });
    expect([...query]).toEqual([
      ["model", "flux-general-en"],
      ["encoding", "mulaw"],
      ["sample_rate", "8000"],
      ["keyterm", "Captionwire"],
      ["keyterm", "a b"],
      ["profanity_filter", "true"],
      ["redact", "numbers"],
      ["redact", "aggressive_numbers"],
    ]);
    expect(refuseUnknown(readQuery(query), FLUX_PARAMETERS)).toBeNull();
    expect(parseFluxQuery(readQuery(query))).toMatchObject({ ok: true });
  });

  it("hints at a language where Flux knows several", () => {
    const multilingual = { model: "flux-general-multi" } as const;
    expect(queryOf({ ...multilingual, language: "de" }).getAll("language_hint")).toEqual(["de"]);
    expect(queryOf({ ...multilingual, language: "multi" }).has("language_hint")).toBe(false);
    expect(queryOf(multilingual).has("language_hint")).toBe(false);
    expect(parseFluxQuery(readQuery(queryOf({ ...multilingual, language: "de" })))).toMatchObject({
      ok: true,
      options: { settings: { languageHints: ["de"] } },
    });
  });
});

describe("Flux's turns", () => {
  it("are interims of the whole turn, then one final from where the last one ended", () => {
    expect(
      told(
        '{"type":"Connected","request_id":"r","sequence_id":0}',
        turn("StartOfTurn", 0, [0, 0.8], "Good"),
        turn("Update", 0, [0, 1.05], "Good morning"),
        turn("EagerEndOfTurn", 0, [0, 1.5], "Good morning."),
        turn("TurnResumed", 0, [0, 1.8], "Good morning every"),
        turn("EndOfTurn", 0, [0, 2.5], "Good morning everyone.", { trigger: "model", sequence_id: 99 }),
        turn("StartOfTurn", 1, [2.5, 3], "So"),
        turn("EndOfTurn", 1, [2.5, 4], "So long.", { trigger: "manual" }),
      ),
    ).toEqual([
      ["other"],
      ["speechStarted", "interim 0-0.8 Good"],
      ["interim 0-1.05 Good morning"],
      ["interim 0-1.5 Good morning."],
      ["interim 0-1.8 Good morning every"],
      ["final 0-2.5 Good morning everyone.", "utteranceEnd"],
      ["speechStarted", "interim 2.5-3 So"],
      ["final 2.5-4 So long.", "utteranceEnd"],
    ]);
  });

  it("may be told of before they start", () => {
    expect(
      told(
        turn("Update", 0, [0, 0.25], ""),
        turn("Update", 0, [0, 0.5], "Well"),
        turn("StartOfTurn", 0, [0, 0.75], "Well then"),
        turn("EndOfTurn", 0, [0, 1], "Well then."),
      ),
    ).toEqual([
      ["other"],
      ["interim 0-0.5 Well"],
      ["speechStarted", "interim 0-0.75 Well then"],
      ["final 0-1 Well then.", "utteranceEnd"],
    ]);
  });

  it("settle the silence between them a second behind, in steps of a second at least", () => {
    const quiet = (end: number) => turn("Update", 0, [0, end], "");
    expect(told(quiet(1.75), quiet(2), quiet(2.25), quiet(2.5), quiet(3.5))).toEqual([
      ["other"],
      ["final 0-1"],
      ["other"],
      ["other"],
      ["final 1-2.5"],
    ]);
  });

  it("are settled from where the silence before them was", () => {
    expect(
      told(
        turn("Update", 0, [0, 4], ""),
        turn("StartOfTurn", 0, [0, 4.5], "Hello"),
        turn("EndOfTurn", 0, [0, 5], "Hello."),
        turn("Update", 1, [5, 5.5], ""),
        turn("Update", 1, [5, 7], ""),
      ),
    ).toEqual([
      ["final 0-3"],
      ["speechStarted", "interim 3-4.5 Hello"],
      ["final 3-5 Hello.", "utteranceEnd"],
      ["other"],
      ["final 5-6"],
    ]);
  });

  it("clear the screen of words that were taken back", () => {
    expect(told(turn("Update", 0, [0, 0.5], "Uh"), turn("Update", 0, [0, 0.75], ""))).toEqual([
      ["interim 0-0.5 Uh"],
      ["interim 0-0.75"],
    ]);
  });

  it("are not told again when they are over, and lose no words when their end is never told", () => {
    expect(
      told(
        turn("StartOfTurn", 0, [0, 1], "First"),
        turn("StartOfTurn", 1, [1.2, 2], "Second"),
        turn("Update", 0, [0, 1], "First"),
        turn("EndOfTurn", 0, [0, 1], "First"),
        turn("EndOfTurn", 1, [1.2, 3], "Second."),
      ),
    ).toEqual([
      ["speechStarted", "interim 0-1 First"],
      ["final 0-1 First", "utteranceEnd", "speechStarted", "interim 1.2-2 Second"],
      ["other"],
      ["other"],
      ["final 1-3 Second.", "utteranceEnd"],
    ]);
  });

  it("have words with times; without them the words share the window", () => {
    const words = [
      { word: "Hi", confidence: 0.9, start: 0.5, end: 0.75 },
      { word: "there.", confidence: 0.8, start: 0.75, end: 0.7 },
    ];
    const reader = flux.read();
    expect(reader.frame(turn("StartOfTurn", 0, [0, 2], "Hi there.", { words }))[1]).toMatchObject({
      words: [
        { text: "Hi", startS: 0.5, endS: 0.75, confidence: 0.9 },
        { text: "there.", startS: 0.75, endS: 0.75, confidence: 0.8 },
      ],
    });
    const oneWithout = [words[0], { word: "there.", confidence: 0.8 }];
    expect(reader.frame(turn("EndOfTurn", 0, [0, 2], "Hi there.", { words: oneWithout }))[0]).toMatchObject({
      words: [
        { text: "Hi", startS: 0, endS: 1 },
        { text: "there.", startS: 1, endS: 2 },
      ],
    });
  });

  it("become final as they stand when we closed the stream, and not when it broke", () => {
    const heard = () => {
      const reader = flux.read();
      reader.frame(turn("EndOfTurn", 0, [0, 1], "One."));
      reader.frame(turn("StartOfTurn", 1, [1, 2], "And an"));
      reader.frame(turn("Update", 1, [1, 2.2], "And another"));
      return reader;
    };
    expect(heard().closed(true).map(brief)).toEqual(["final 1-2.2 And another"]);
    expect(heard().closed(false)).toEqual([]);
  });

  it("leave no hole at the close when the last that was heard was silence", () => {
    const reader = flux.read();
    reader.frame(turn("Update", 0, [0, 2.5], ""));
    expect(reader.closed(true).map(brief)).toEqual(["final 1.5-2.5"]);
    expect(flux.read().closed(true)).toEqual([]);
  });
});

describe("Flux's other messages", () => {
  it.each([
    ["INTERNAL_SERVER_ERROR", "The server failed.", "retry"],
    ["SOMETHING_NEW", "", "retry"],
    ["UNPARSABLE_CLIENT_MESSAGE", "Could not deserialize last text message: not JSON.", "fatal"],
    ["INVALID_QUERY_PARAMETER", "eot_threshold", "fatal"],
    ["BAD_AUDIO", "See https://dpgr.am/data0000", "fatal"],
    ["INACTIVE_CLIENT", "The client sent nothing for a while.", "idle"],
    ["TIMEOUT", "See https://dpgr.am/net0001", "idle"],
  ])("an error says what it means: %s", (code, description, meaning) => {
    const frame = JSON.stringify({ type: "Error", sequence_id: 3, code, description });
    expect(flux.read().frame(frame)).toEqual([{ kind: "failed", code, meaning }]);
  });

  it("an error without a code is one all the same", () => {
    expect(flux.read().frame('{"type":"Error"}')).toEqual([
      { kind: "failed", code: "UNKNOWN", meaning: "retry" },
    ]);
  });

  it.each([
    '{"type":"Warning","sequence_id":4,"code":"FORCE_END_TURN_NO_ACTIVE_TURN","description":"x"}',
    '{"type":"ConfigureSuccess","request_id":"r","sequence_id":4,"thresholds":{},"keyterms":[]}',
    '{"type":"ConfigureFailure","request_id":"r","sequence_id":4}',
    '{"type":"Tomorrow"}',
    turn("Update", 0, [0, 1], "x").replace('"Update"', '"TurnPondered"'),
  ])("are let pass: %s", (frame) => {
    expect(flux.read().frame(frame)).toEqual([{ kind: "other" }]);
  });

  it.each([
    "",
    "{",
    "null",
    '{"type":"TurnInfo"}',
    turn("Update", 0, [0, 1], "cut off").slice(0, -9),
    turn("Update", 0, [0, -1], "x"),
    turn("Update", 0, [0, 1e9], "x"),
    turn("Update", 0.5, [0, 1], "x"),
    turn("Update", 0, [0, 1], "x").replace('"audio_window_end":1', '"audio_window_end":1e999'),
  ])("are unreadable when garbled or absurd: %s", (frame) => {
    expect(flux.read().frame(frame)).toEqual([{ kind: "unreadable" }]);
  });

  it("never make the reader throw", () => {
    const frame = turn("EndOfTurn", 0, [0, 1], "a b");
    const damaged = fc
      .record({ at: fc.nat(frame.length), put: fc.string() })
      .map(({ at, put }) => frame.slice(0, at) + put + frame.slice(at + put.length));
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.json(), damaged);
    fc.assert(
      fc.property(fc.array(anything), fc.boolean(), (frames, asked) => {
        const reader = flux.read();
        for (const each of frames) expect(reader.frame(each).length).toBeGreaterThan(0);
        reader.closed(asked);
      }),
    );
  });
});

describe("what the embedded engine says in Flux's words", () => {
  /** The engine's own turns, over any speech and pauses. */
  const speech = fc.array(
    fc.record({ ms: fc.integer({ min: 50, max: 2_500 }), says: fc.boolean(), force: fc.boolean() }),
    { maxLength: 40 },
  );
  const settings = {
    eotThreshold: 0.7,
    eagerEotThreshold: null,
    eotTimeoutMs: 5000,
    keyterms: [],
    languageHints: null,
  };

  it("covers the stream without a hole, and every word is final once", () => {
    fc.assert(
      fc.property(speech, (parts) => {
        const begun = beginTurns(settings);
        const reader = flux.read();
        const events: ProviderEvent[] = [];
        let state = begun.state;
        let position = 0;
        let voiceEnd = 0;
        const said: string[] = [];
        let open: { text: string; start: number; end: number; confidence: number }[] = [];
        const take = (event: TurnEvent) => {
          const next = step(state, event);
          state = next.state;
          for (const message of next.messages) {
            events.push(...reader.frame(JSON.stringify(wireMessage(message, "r"))));
            if (message.type === "TurnInfo" && message.event === "EndOfTurn") open = [];
          }
        };
        for (const { ms, says, force } of parts) {
          const from = position;
          position += ms * 16;
          if (says) {
            const text = `w${said.length}.`;
            said.push(text);
            open = [...open, { text, start: from, end: position, confidence: 0.5 }];
            voiceEnd = position;
          }
          const pauseSamples = position - voiceEnd;
          take({ type: "heard", position, words: open, pauseSamples, settled: !says });
          if (force) take({ type: "forceEndTurn", position, words: open });
        }
        take({ type: "closeStream", position, words: open });
        events.push(...reader.closed(true));
        const finals = events.filter((event) => event.kind === "final");
        expect(finals.flatMap(({ words }) => words.map(({ text }) => text))).toEqual(said);
        let covered = 0;
        for (const { startS, endS } of finals) {
          expect(startS).toBe(covered);
          covered = endS;
        }
        expect(covered).toBeCloseTo(position / 16_000, 6);
      }),
    );
  });
});

describe("towards Flux", () => {
  it("control messages are ones the engine knows, and silence is the only keep-alive", () => {
    const { finalize, closeStream, keepAlive } = flux.control;
    expect(parseFluxMessage(finalize)).toEqual({ ok: true, message: { type: "ForceEndTurn" } });
    expect(parseFluxMessage(closeStream)).toEqual({ ok: true, message: { type: "CloseStream" } });
    expect(keepAlive).toBeNull();
  });

  it("a close without a status is clean when asked for, and a loss otherwise", () => {
    expect(flux.cleanCloses).toContain(1005);
    expect(flux.closeMeaning(1005, "")).toBe("retry");
    expect(flux.closeMeaning(1011, "See https://dpgr.am/net0001")).toBe("idle");
    expect(flux.closeMeaning(1008, "DATA-0000")).toBe("fatal");
  });
});
