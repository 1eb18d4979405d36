import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LISTEN_PARAMETERS, parseListenQuery } from "../../../engine/listen/query.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";
import { refusalIsFatal } from "../../../party/room/upstream/adapter.ts";
import type { ProviderEvent } from "../../../party/room/upstream/events.ts";
import { nova } from "../../../party/room/upstream/nova.ts";
import type { Recognition } from "../../../shared/settings.ts";

const format = { encoding: "linear16", sampleRate: 16000, channels: 1 } as const;

const other = [{ kind: "other" }];
const unreadable = [{ kind: "unreadable" }];

type WireWord = { readonly word: string; readonly start: number; readonly end: number };

/** Words a quarter of a second long, one behind the other. */
function spoken(from: number, ...texts: string[]): WireWord[] {
  return texts.map((word, at) => ({ word, start: from + at / 4, end: from + (at + 1) / 4 }));
}

/** A message as it is on the wire, for the audio between two moments. */
function results(start: number, end: number, words: readonly WireWord[], more: object = {}) {
  return JSON.stringify({
    type: "Results",
    channel_index: [0, 1],
    duration: end - start,
    start,
    is_final: false,
    speech_final: false,
    from_finalize: false,
    channel: {
      alternatives: [
        {
          transcript: words.map(({ word }) => word).join(" "),
          confidence: words.length === 0 ? 0 : 0.98,
          words: words.map((word) => ({ ...word, confidence: 0.98 })),
        },
      ],
    },
    metadata: { request_id: "r", model_uuid: "m", model_info: { name: "n", version: "v", arch: "nova-3" } },
    something_new: true,
    ...more,
  });
}
const final = { is_final: true };
const speechFinal = { is_final: true, speech_final: true };
const utteranceEnd = (lastWordEnd: number) =>
  JSON.stringify({ type: "UtteranceEnd", channel: [0, 1], last_word_end: lastWordEnd });

/** What became of each message, told briefly. */
function told(...frames: string[]) {
  const reader = nova.read();
  return frames.map((frame) => reader.frame(frame).map(brief));
}

function brief(event: ProviderEvent): string {
  if (event.kind !== "interim" && event.kind !== "final") return event.kind;
  return `${event.kind} ${event.startS}-${event.endS} ${event.words.map(({ text }) => text).join(" ")}`.trim();
}

const queryOf = (recognition: Recognition) =>
  new URL(nova.livePath(format, recognition), "http://provider.test").searchParams;

describe("Deepgram's live query", () => {
  it("has the room's defaults, and the older endpoint's path", () => {
    expect(nova.livePath(format, {})).toMatch(/^\/v1\/listen\?/);
    expect(Object.fromEntries(queryOf({}))).toEqual({
      model: "nova-3",
      language: "en",
      encoding: "linear16",
      sample_rate: "16000",
      channels: "1",
      interim_results: "true",
      punctuate: "true",
      endpointing: "300",
      utterance_end_ms: "1000",
      vad_events: "true",
    });
  });

  it("asks for everything that is set, repeats what is repeatable and escapes it", () => {
    const query = queryOf({
      model: "nova-3-medical",
      language: "en-GB",
      keyterms: ["Captionwire", "R&D = 100% ÅÄÖ"],
      diarize: true,
      endpointing: 500,
      profanityFilter: true,
      redact: ["pci", "ssn", "pci"],
      smartFormat: true,
    });
    expect(query.getAll("keyterm")).toEqual(["Captionwire", "R&D = 100% ÅÄÖ"]);
    expect(query.getAll("redact")).toEqual(["pci", "ssn"]);
    expect(Object.fromEntries(query)).toMatchObject({
      model: "nova-3-medical",
      language: "en-GB",
      diarize_model: "latest",
      endpointing: "500",
      profanity_filter: "true",
      smart_format: "true",
    });
    // Both together are refused.
    expect(query.has("diarize")).toBe(false);
  });

  it("leaves out what is switched off, but for endpointing, which says so", () => {
    const query = queryOf({
      diarize: false,
      profanityFilter: false,
      smartFormat: false,
      endpointing: false,
      redact: [],
    });
    expect(query.get("endpointing")).toBe("false");
    for (const name of ["diarize_model", "profanity_filter", "smart_format", "redact", "keyterm"])
      expect(query.has(name)).toBe(false);
  });

  it("ends utterances sooner for speakers who switch languages, unless told otherwise", () => {
    expect(queryOf({ language: "multi" }).get("endpointing")).toBe("100");
    expect(queryOf({ language: "multi", endpointing: 700 }).get("endpointing")).toBe("700");
  });

  it("is one that the embedded engine takes", () => {
    const query = readQuery(
      queryOf({ keyterms: ["a b"], diarize: true, endpointing: false, redact: ["ssn"], smartFormat: true }),
    );
    expect(refuseUnknown(query, LISTEN_PARAMETERS)).toBeNull();
    expect(parseListenQuery(query)).toMatchObject({
      ok: true,
      options: { diarize: true, punctuate: true, endpointingMs: null, utteranceEndMs: 1000, vadEvents: true },
    });
  });
});

describe("Deepgram's live answers", () => {
  it("are read with their range and their words as they are written, each with its speaker", () => {
    const words = [
      { word: "good", start: 1.52, end: 1.76, confidence: 0.97, punctuated_word: "Good", speaker: 0 },
      { word: "evening", start: 1.76, end: 2.5, confidence: 0.99, punctuated_word: "evening.", speaker: 1 },
    ];
    const message = { channel: { alternatives: [{ transcript: "Good evening.", confidence: 0.98, words }] } };
    const said = {
      startS: 1.5,
      endS: 2.5,
      text: "Good evening.",
      words: [
        { text: "Good", startS: 1.52, endS: 1.76, confidence: 0.97, speaker: 0 },
        { text: "evening.", startS: 1.76, endS: 2.5, confidence: 0.99, speaker: 1 },
      ],
    };
    const reader = nova.read();
    expect(reader.frame(results(1.5, 2.5, [], message))).toEqual([{ kind: "interim", ...said }]);
    expect(reader.frame(results(1.5, 2.5, [], { ...message, ...final }))).toEqual([
      { kind: "final", ...said },
    ]);
  });

  it("lose no word to a flaw in its confidence, speaker or spelling", () => {
    const words = [{ word: "hi", start: 0.5, end: 0.4, confidence: null, speaker: -1, punctuated_word: 7 }];
    const message = { ...final, channel: { alternatives: [{ transcript: "hi", words }] } };
    expect(nova.read().frame(results(0, 1, [], message))).toEqual([
      {
        kind: "final",
        startS: 0,
        endS: 1,
        text: "hi",
        words: [{ text: "hi", startS: 0.5, endS: 0.5, confidence: 0 }],
      },
    ]);
  });

  it("are finals without words through a silence, which still move on", () => {
    const noAlternative = { ...speechFinal, channel: { alternatives: [] } };
    expect(told(results(0, 3, [], speechFinal), results(3, 6, [], noAlternative))).toEqual([
      ["final 0-3"],
      ["final 3-6"],
    ]);
  });

  it("keep on the screen what a shorter final leaves over, through the next one too", () => {
    const all = spoken(0, "one", "two", "three", "four", "five");
    const frames = told(
      results(0, 1.25, all),
      results(0, 0.5, all.slice(0, 2), final),
      results(0.5, 0.75, all.slice(2, 3), final),
      results(0.75, 1.5, all.slice(3)),
      results(0.75, 1.5, all.slice(3), final),
    );
    expect(frames).toEqual([
      ["interim 0-1.25 one two three four five"],
      ["final 0-0.5 one two", "interim 0.5-1.25 three four five"],
      ["final 0.5-0.75 three", "interim 0.75-1.25 four five"],
      ["interim 0.75-1.5 four five"],
      ["final 0.75-1.5 four five"],
    ]);
  });

  it("give a word on the cut to the side its greater part is on", () => {
    const words = [
      { word: "before", start: 0.5, end: 1.2 },
      { word: "behind", start: 0.9, end: 1.6 },
    ];
    expect(told(results(0, 2, words), results(0, 1, words.slice(0, 1), final))[1]).toEqual([
      "final 0-1 before",
      "interim 1-2 behind",
    ]);
  });

  it("end an utterance behind its last final, and begin the next with what that left over", () => {
    const all = spoken(0, "done", "next");
    expect(told(results(0, 0.5, all), results(0, 0.25, all.slice(0, 1), speechFinal))[1]).toEqual([
      "final 0-0.25 done",
      "utteranceEnd",
      "interim 0.25-0.5 next",
    ]);
  });

  it("end an utterance by UtteranceEnd when no speech_final came, and only then", () => {
    expect(
      told(
        results(0, 1, spoken(0, "noisy"), final),
        utteranceEnd(0.25),
        utteranceEnd(0.25),
        results(1, 2, spoken(1, "clear"), speechFinal),
        results(2, 3, []),
        utteranceEnd(1.25),
        results(2, 4, [], speechFinal),
        utteranceEnd(-1),
      ),
    ).toEqual([
      ["final 0-1 noisy"],
      ["utteranceEnd"],
      ["other"],
      ["final 1-2 clear", "utteranceEnd"],
      ["interim 2-3"],
      ["other"],
      ["final 2-4"],
      ["other"],
    ]);
  });

  it("end an utterance by a final without words when it carries the pause", () => {
    expect(told(results(0, 1, spoken(0, "word"), final), results(1, 2, [], speechFinal))).toEqual([
      ["final 0-1 word"],
      ["final 1-2", "utteranceEnd"],
    ]);
  });

  it("hold UtteranceEnd back until the words in front of it are final", () => {
    const words = spoken(0, "still", "open");
    expect(
      told(
        results(0, 2, words),
        utteranceEnd(0.5),
        results(0, 0.25, words.slice(0, 1), final),
        results(0.25, 3, words.slice(1), final),
        utteranceEnd(0.5),
      ),
    ).toEqual([
      ["interim 0-2 still open"],
      ["other"],
      ["final 0-0.25 still", "interim 0.25-2 open"],
      ["final 0.25-3 open", "utteranceEnd"],
      ["other"],
    ]);
  });

  it("end no utterance in the middle of a final that goes on behind the pause", () => {
    const words = [...spoken(0, "wait"), ...spoken(2, "more")];
    expect(
      told(results(0, 1.5, words.slice(0, 1)), utteranceEnd(0.25), results(0, 2.5, words, final)),
    ).toEqual([["interim 0-1.5 wait"], ["other"], ["final 0-2.5 wait more"]]);
  });

  it("are stale when they end where the newest final does, and are shortened when they begin before it", () => {
    const words = spoken(0, "old", "new");
    expect(
      told(
        results(0, 0.25, words.slice(0, 1), final),
        results(0, 0.25, words.slice(0, 1)),
        results(0, 0.2, words.slice(0, 1)),
        results(0, 0.5, words),
      ),
    ).toEqual([["final 0-0.25 old"], ["other"], ["other"], ["interim 0.25-0.5 new"]]);
  });

  it("take a pause in an interim for none: the final of its words is still to come", () => {
    expect(told(results(0, 1, spoken(0, "hm"), { speech_final: true }))).toEqual([["interim 0-1 hm"]]);
  });

  it("are of no consequence for another channel, which nobody asked for", () => {
    expect(told(results(0, 1, spoken(0, "left"), { ...final, channel_index: [1, 2] }))).toEqual([["other"]]);
  });

  it("tell that speech started", () => {
    expect(told('{"type":"SpeechStarted","channel":[0,1],"timestamp":9.54}')).toEqual([["speechStarted"]]);
  });

  it.each([
    '{"type":"Metadata","transaction_key":"deprecated","request_id":"r","sha256":"incomplete","duration":0,"channels":1}',
    '{"type":"Error","variant":"SchemaError","description":"Could not deserialize","message":"{"}',
    '{"type":"ConfigureSuccess","request_id":"r"}',
    '{"type":"Warning","code":"X","description":"y"}',
    '{"type":"Tomorrow","start":-1}',
  ])("let pass what is of no consequence: %s", (frame) => {
    expect(nova.read().frame(frame)).toEqual(other);
  });

  it.each([
    "",
    "{",
    results(0, 1, []).slice(0, -20),
    "null",
    "[]",
    '"x"',
    '{"type":7}',
    '{"type":"Results"}',
    results(0, 1, [], { start: -1 }),
    results(0, 1, [], { start: null }),
    results(0, 1, [], { duration: "1" }),
    results(0, 1, []).replace('"start":0', '"start":1e999'),
    results(1e9, 1e9, []),
    results(0, 1, [{ word: "x", start: -0.5, end: 1 }]),
    results(0, 1, [], { is_final: "yes" }),
    results(0, 1, [], { channel: { alternatives: [{ transcript: 7 }] } }),
  ])("are unreadable when garbled or absurd: %s", (frame) => {
    expect(nova.read().frame(frame)).toEqual(unreadable);
  });

  it("leave nothing over for the close, before which all finals come", () => {
    const reader = nova.read();
    reader.frame(results(0, 1, spoken(0, "word")));
    expect(reader.closed(true)).toEqual([]);
  });
});

describe("Deepgram's live answers, whatever their order of cuts", () => {
  /** A stream of words, cut into segments anywhere, each with interims that grow past its end. */
  const streams = fc
    .record({
      pausesMs: fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 30 }),
      segmentsMs: fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 12 }),
      interimsMs: fc.array(fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 4 }), { minLength: 12 }),
      pauses: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
    })
    .map(({ pausesMs, segmentsMs, interimsMs, pauses }) => {
      let at = 0;
      const words = pausesMs.map((pauseMs, index) => {
        at += pauseMs / 1000 + 0.2;
        return { word: `w${index}`, start: at - 0.2, end: at };
      });
      const between = (from: number, to: number) =>
        words.filter(({ start, end }) => (start + end) / 2 > from && (start + end) / 2 <= to);
      const frames: { readonly frame: string; readonly isFinal: boolean }[] = [];
      let startS = 0;
      const lengths = [...segmentsMs, 40_000];
      for (const [index, lengthMs] of lengths.entries()) {
        for (const reachMs of [...(interimsMs[index] ?? [])].sort((a, b) => a - b)) {
          const said = between(startS, startS + reachMs / 1000);
          frames.push({
            frame: results(startS, startS + reachMs / 1000, said),
            isFinal: false,
          });
        }
        const endS = startS + lengthMs / 1000;
        const ends = pauses[index] === true ? speechFinal : final;
        frames.push({ frame: results(startS, endS, between(startS, endS), ends), isFinal: true });
        startS = endS;
      }
      return { words: words.map(({ word }) => word), frames };
    });

  it("give every word once as a final, and none again as an interim", () => {
    fc.assert(
      fc.property(streams, ({ words, frames }) => {
        const reader = nova.read();
        const delivered: string[] = [];
        let onScreen: readonly string[] = [];
        for (const { frame, isFinal } of frames) {
          const events = reader.frame(frame);
          const finals = events.filter((event) => event.kind === "final");
          delivered.push(...finals.flatMap((event) => event.words.map(({ text }) => text)));
          const interim = events.find((event) => event.kind === "interim");
          const shown = interim?.words.map(({ text }) => text) ?? [];
          expect(shown.filter((word) => delivered.includes(word))).toEqual([]);
          // What a final leaves over stays on the screen; an interim that is passed over changes nothing there.
          const left = onScreen.filter((word) => !delivered.includes(word));
          if (isFinal) expect(shown).toEqual(left);
          onScreen = isFinal || interim !== undefined ? shown : left;
        }
        expect(delivered).toEqual(words);
      }),
    );
  });

  it("give no word again when late interims come between", () => {
    fc.assert(
      fc.property(streams, fc.array(fc.nat(), { maxLength: 10 }), ({ words, frames }, late) => {
        const reader = nova.read();
        const delivered: string[] = [];
        const interims = frames.filter(({ isFinal }) => !isFinal).map(({ frame }) => frame);
        for (const [index, { frame }] of frames.entries()) {
          const again = interims[(late[index] ?? 0) % Math.max(1, interims.length)];
          for (const event of [...reader.frame(frame), ...(again === undefined ? [] : reader.frame(again))]) {
            if (event.kind === "final") delivered.push(...event.words.map(({ text }) => text));
            if (event.kind === "interim")
              expect(event.words.filter(({ text }) => delivered.includes(text))).toEqual([]);
          }
        }
        expect(delivered).toEqual(words);
      }),
    );
  });

  it("never throw", () => {
    const anything = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.constantFrom(results(0, 1, spoken(0, "cut", "off")), utteranceEnd(1)).chain((frame) =>
        fc.record({ at: fc.nat(frame.length), put: fc.string() }).map(({ at, put }) => {
          return frame.slice(0, at) + put + frame.slice(at + put.length);
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(anything), (frames) => {
        const reader = nova.read();
        for (const frame of frames) expect(reader.frame(frame).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the end of a Deepgram socket", () => {
  it("is read by its reason, in both spellings, before its code", () => {
    const prose = (name: string) =>
      `Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/${name}`;
    expect(nova.closeMeaning(1011, prose("net0001"))).toBe("idle");
    expect(nova.closeMeaning(1011, "NET-0001")).toBe("idle");
    expect(nova.closeMeaning(1011, "NET-0002: no_audio_timeout")).toBe("idle");
    expect(nova.closeMeaning(1011, "no_audio_timeout")).toBe("idle");
    expect(nova.closeMeaning(1000, prose("net0001"))).toBe("idle");
    expect(nova.closeMeaning(1011, prose("net0000"))).toBe("retry");
    expect(nova.closeMeaning(1008, "NET-0000")).toBe("retry");
    expect(nova.closeMeaning(1011, "DATA-0000")).toBe("fatal");
    expect(nova.closeMeaning(1011, "Payload cannot be decoded. See https://dpgr.am/data0000")).toBe("fatal");
  });

  it.each([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4000])("with %d may heal", (code) => {
    expect(nova.closeMeaning(code, "")).toBe("retry");
  });

  it.each([1002, 1003, 1007, 1008, 1009])("with %d would come again", (code) => {
    expect(nova.closeMeaning(code, "")).toBe("fatal");
  });

  it("is clean with 1000 only", () => {
    expect(nova.cleanCloses).toEqual([1000]);
  });
});

describe("towards Deepgram", () => {
  it("control messages are JSON objects with a type", () => {
    expect(Object.values(nova.control).map((text) => text !== null && JSON.parse(text))).toEqual([
      { type: "Finalize" },
      { type: "CloseStream" },
      { type: "KeepAlive" },
    ]);
  });

  it("only refusals that can heal are retried", () => {
    for (const status of [0, 408, 425, 429, 500, 502, 503, 504]) expect(refusalIsFatal(status)).toBe(false);
    for (const status of [400, 401, 402, 403, 404, 422]) expect(refusalIsFatal(status)).toBe(true);
  });
});
