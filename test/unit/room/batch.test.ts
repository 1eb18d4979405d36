import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createOpener } from "../../../engine/audio/opener.ts";
import { BATCH_PARAMETERS, parseBatchQuery } from "../../../engine/batch/query.ts";
import { batchResponse } from "../../../engine/batch/response.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";
import { batchPath, mayHealBatch, readBatch } from "../../../party/room/backfill/batch.ts";
import { wavFile } from "../../../party/room/backfill/wav.ts";
import { type AudioFormat, encodings, frameBytes } from "../../../shared/audio.ts";
import type { Recognition } from "../../../shared/settings.ts";

const queryOf = (recognition: Recognition) =>
  new URL(batchPath(recognition), "http://provider.test").searchParams;

const word = (text: string, start: number, more: object = {}) => ({
  word: text,
  start,
  end: start + 0.25,
  confidence: 0.5,
  ...more,
});

const answer = (results: object) =>
  JSON.stringify({ metadata: { request_id: "r", duration: 9, channels: 1, models: ["m"] }, results });
const alternative = (transcript: string, words: readonly object[]) => ({
  channels: [{ alternatives: [{ transcript, confidence: 0.9, words }] }],
});

describe("a recording's query", () => {
  it("asks for utterances as the live stream was asked, and says nothing of raw audio", () => {
    expect(batchPath({})).toMatch(/^\/v1\/listen\?/);
    expect(Object.fromEntries(queryOf({}))).toEqual({
      model: "nova-3",
      language: "en",
      punctuate: "true",
      utterances: "true",
    });
    const query = queryOf({
      model: "nova-2",
      language: "de",
      diarize: true,
      endpointing: 500,
      profanityFilter: true,
      redact: ["numbers", "pci"],
      smartFormat: true,
    });
    expect([...query]).toEqual([
      ["model", "nova-2"],
      ["language", "de"],
      ["punctuate", "true"],
      ["smart_format", "true"],
      ["diarize_model", "latest"],
      ["profanity_filter", "true"],
      ["redact", "numbers"],
      ["redact", "pci"],
      ["utterances", "true"],
    ]);
  });

  it.each([
    [{ model: "flux-general-en" }, "en"],
    [{ model: "flux-general-en", language: "en-GB" }, "en-GB"],
    [{ model: "flux-general-multi" }, "multi"],
    [{ model: "flux-general-multi", language: "de" }, "multi"],
  ])("takes the nearest model for Flux, which hears no recordings: %j", (recognition, language) => {
    const query = queryOf({ ...recognition, keyterms: ["Captionwire"] });
    expect(query.get("model")).toBe("nova-3");
    expect(query.get("language")).toBe(language);
    expect(query.get("keyterm")).toBe("Captionwire");
  });

  it("is one that the embedded engine takes", () => {
    const query = readQuery(
      queryOf({ keyterms: ["a b"], diarize: true, redact: ["ssn"], smartFormat: true }),
    );
    expect(refuseUnknown(query, BATCH_PARAMETERS)).toBeNull();
    expect(parseBatchQuery(query)).toMatchObject({
      ok: true,
      options: { utteranceSplitSeconds: 0.8, recognition: { audio: null, diarize: true } },
    });
  });
});

describe("a recording's answer", () => {
  it("is a final for each utterance of the first channel, in order of time", () => {
    const utterance = (text: string, start: number, more: object = {}) => ({
      id: "u",
      start,
      end: start + 1,
      confidence: 0.9,
      channel: 0,
      transcript: text,
      words: [
        word(text.toLowerCase(), start, { punctuated_word: text, speaker: 1, speaker_confidence: 0.4 }),
      ],
      speaker: 1,
      ...more,
    });
    const utterances = [
      utterance("Second.", 4),
      utterance("First.", 1),
      utterance("Elsewhere.", 2, { channel: 1 }),
      utterance(" ", 3),
    ];
    expect(readBatch(answer({ ...alternative("First. Second.", []), utterances }))).toEqual([
      {
        kind: "final",
        startS: 1,
        endS: 2,
        text: "First.",
        words: [{ text: "First.", startS: 1, endS: 1.25, confidence: 0.5, speaker: 1 }],
      },
      {
        kind: "final",
        startS: 4,
        endS: 5,
        text: "Second.",
        words: [{ text: "Second.", startS: 4, endS: 4.25, confidence: 0.5, speaker: 1 }],
      },
    ]);
  });

  it("is split at its pauses when it has no utterances", () => {
    const words = [word("one", 0.5), word("two", 1.5), word("three", 2.75, { punctuated_word: "Three." })];
    const finals = readBatch(answer(alternative("one two Three.", words)));
    expect(finals?.map(({ startS, endS, text }) => ({ startS, endS, text }))).toEqual([
      { startS: 0.5, endS: 1.75, text: "one two" },
      { startS: 2.75, endS: 3, text: "Three." },
    ]);
  });

  it("is nothing when nothing was said", () => {
    expect(readBatch(answer({ ...alternative("", []), utterances: [] }))).toEqual([]);
    expect(readBatch(answer(alternative("", [])))).toEqual([]);
    expect(readBatch(answer({ channels: [] }))).toEqual([]);
  });

  it.each([
    "",
    "<html>",
    "null",
    "{}",
    '{"request_id":"r"}',
    '{"err_code":"Bad Request","err_msg":"failed to process audio: corrupt or unsupported data"}',
    answer(alternative("words without times", [])),
    answer(alternative("absurd", [word("absurd", -4)])),
    answer(alternative("cut off", [word("cut", 1)])).slice(0, -30),
  ])("is unreadable, which is not nothing: %s", (body) => {
    expect(readBatch(body)).toBeNull();
  });

  it("is never thrown about", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"results":${json}}`),
        ),
        (body) => {
          const finals = readBatch(body);
          if (finals !== null) expect(Array.isArray(finals)).toBe(true);
        },
      ),
    );
  });

  it("comes from the embedded engine with every word once", () => {
    const parsed = parseBatchQuery(readQuery(queryOf({ diarize: true })));
    if (!parsed.ok) throw new Error(parsed.error.message);
    const words = [0, 0.5, 2, 2.5].map((start, at) => ({
      ...word(`w${at}`, start),
      punctuated_word: `W${at}`,
      speaker: 0,
    }));
    const heard = { sha256: "s", durationSeconds: 3, channels: 1, transcript: "W0 W1 W2 W3", words };
    const body = JSON.stringify(batchResponse(heard, parsed.options, { requestId: "r", created: "now" }));
    expect(readBatch(body)?.map(({ startS, text }) => ({ startS, text }))).toEqual([
      { startS: 0, text: "W0 W1" },
      { startS: 2, text: "W2 W3" },
    ]);
  });
});

describe("a recording's request", () => {
  it("is worth repeating when that can help", () => {
    for (const status of [0, 408, 425, 429, 500, 502, 503, 504]) expect(mayHealBatch(status)).toBe(true);
    for (const status of [200, 302, 400, 401, 402, 403, 404, 413, 422])
      expect(mayHealBatch(status)).toBe(false);
  });
});

describe("a WAV file", () => {
  const formats = fc.record({
    encoding: fc.constantFrom(...encodings),
    sampleRate: fc.constantFrom(8000, 16_000, 24_000, 44_100, 48_000),
    channels: fc.constantFrom(1, 2),
  });

  it("gives the embedded engine the same audio back, for every format and length", () => {
    fc.assert(
      fc.property(formats, fc.nat(300), (format: AudioFormat, samples) => {
        const audio = new Uint8Array(samples * frameBytes(format)).map((_, at) => at % 251);
        const file = wavFile(audio, format);
        const read = createOpener(null).read(file);
        expect(read).toMatchObject({ kind: "audio", format });
        if (samples > 0) expect(read.kind === "audio" && [...read.bytes]).toEqual([...audio]);
        expect(file.length % 2).toBe(0);
        expect(new DataView(file.buffer).getUint32(4, true)).toBe(file.length - 8);
      }),
    );
  });

  it("has the plain header for PCM", () => {
    const format = { encoding: "linear16", sampleRate: 16_000, channels: 2 } as const;
    const file = Buffer.from(wavFile(new Uint8Array([1, 2, 3, 4]), format));
    expect(file.toString("latin1", 0, 4)).toBe("RIFF");
    expect(file.toString("latin1", 8, 16)).toBe("WAVEfmt ");
    expect(file.readUInt32LE(16)).toBe(16);
    expect([file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24)]).toEqual([1, 2, 16_000]);
    expect([file.readUInt32LE(28), file.readUInt16LE(32), file.readUInt16LE(34)]).toEqual([64_000, 4, 16]);
    expect(file.toString("latin1", 36, 40)).toBe("data");
    expect(file.readUInt32LE(40)).toBe(4);
    expect([...file.subarray(44)]).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ["mulaw", 7],
    ["alaw", 6],
  ] as const)("has the tag and the fact chunk of %s, and an even length", (encoding, tag) => {
    const file = Buffer.from(wavFile(new Uint8Array([9, 8, 7]), { encoding, sampleRate: 8000, channels: 1 }));
    expect([file.readUInt32LE(16), file.readUInt16LE(20), file.readUInt16LE(36)]).toEqual([18, tag, 0]);
    expect([file.readUInt32LE(28), file.readUInt16LE(32), file.readUInt16LE(34)]).toEqual([8000, 1, 8]);
    expect(file.toString("latin1", 38, 42)).toBe("fact");
    expect([file.readUInt32LE(42), file.readUInt32LE(46)]).toEqual([4, 3]);
    expect(file.toString("latin1", 50, 54)).toBe("data");
    expect(file.readUInt32LE(54)).toBe(3);
    expect([...file.subarray(58)]).toEqual([9, 8, 7, 0]);
  });
});
