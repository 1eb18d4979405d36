import { describe, expect, it } from "vitest";
import {
  novaCloseMeaning,
  novaControl,
  novaPath,
  readNova,
  refusalIsFatal,
} from "../../../party/room/upstream/nova.ts";

const format = { encoding: "linear16", sampleRate: 16000, channels: 1 } as const;

const results = {
  type: "Results",
  channel_index: [0, 1],
  start: 1.5,
  duration: 1.04,
  is_final: true,
  speech_final: false,
  channel: {
    alternatives: [
      {
        transcript: "Good morning.",
        confidence: 0.98,
        words: [
          { word: "good", start: 1.52, end: 1.76, confidence: 0.97, punctuated_word: "Good", speaker: 1 },
          { word: "morning", start: 1.76, end: 2.5, confidence: 0.99, punctuated_word: "morning." },
        ],
      },
    ],
  },
  metadata: { request_id: "r", model_uuid: "m", model_info: { name: "n", version: "v", arch: "a" } },
  something_new: true,
};

describe("Deepgram's live protocol", () => {
  it("is asked for interims and punctuation by a query of strings", () => {
    const url = new URL(novaPath(format, { language: "de", model: null }), "http://provider.test");
    expect(url.pathname).toBe("/v1/listen");
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      model: "nova-3",
      language: "de",
      encoding: "linear16",
      sample_rate: "16000",
      channels: "1",
      interim_results: "true",
      punctuate: "true",
    });
  });

  it("is read with its range, its words as they are written, and its speaker", () => {
    expect(readNova(JSON.stringify(results))).toEqual({
      kind: "final",
      startS: 1.5,
      endS: 2.54,
      text: "Good morning.",
      speaker: 1,
      words: [
        { text: "Good", startS: 1.52, endS: 1.76, confidence: 0.97 },
        { text: "morning.", startS: 1.76, endS: 2.5, confidence: 0.99 },
      ],
    });
    expect(readNova(JSON.stringify({ ...results, is_final: false }))).toMatchObject({
      kind: "interim",
      endS: 2.54,
    });
  });

  it("takes an empty final as silence, not as trouble", () => {
    const silence = { ...results, channel: { alternatives: [{ transcript: "", confidence: 0, words: [] }] } };
    expect(readNova(JSON.stringify(silence))).toMatchObject({ kind: "final", text: "", words: [] });
    expect(readNova(JSON.stringify({ ...results, channel: { alternatives: [] } }))).toMatchObject({
      text: "",
    });
  });

  it("lets what it does not know pass, and never throws", () => {
    for (const type of ["Metadata", "UtteranceEnd", "SpeechStarted", "Error", "Tomorrow"]) {
      expect(readNova(JSON.stringify({ type }))).toEqual({ kind: "other" });
    }
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '"x"',
      '{"type":7}',
      '{"type":"Results"}',
      '{"type":"Results","start":-1}',
    ]) {
      expect(readNova(text)).toEqual({ kind: "unreadable" });
    }
  });

  it("sends control messages that are JSON objects with a type", () => {
    expect(Object.values(novaControl).map((text) => JSON.parse(text))).toEqual([
      { type: "KeepAlive" },
      { type: "Finalize" },
      { type: "CloseStream" },
    ]);
  });

  it("reads a close by its reason as well as by its code", () => {
    const net1 =
      "Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001";
    expect(novaCloseMeaning(1011, net1)).toBe("idle");
    expect(novaCloseMeaning(1011, "NET-0001")).toBe("idle");
    expect(novaCloseMeaning(1011, "no_audio_timeout")).toBe("idle");
    expect(novaCloseMeaning(1011, "See https://dpgr.am/net0000")).toBe("retry");
    for (const code of [1000, 1001, 1005, 1006, 1011, 1012, 1013])
      expect(novaCloseMeaning(code, "")).toBe("retry");
    for (const code of [1002, 1003, 1007, 1008]) expect(novaCloseMeaning(code, "DATA-0000")).toBe("fatal");
  });

  it("retries only refusals that can heal", () => {
    for (const status of [0, 408, 425, 429, 500, 502, 503, 504]) expect(refusalIsFatal(status)).toBe(false);
    for (const status of [400, 401, 402, 403, 404, 422]) expect(refusalIsFatal(status)).toBe(true);
  });
});
