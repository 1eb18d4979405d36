import { describe, expect, it } from "vitest";
import { judgeFluxIdleness } from "../../../engine/flux/idle.ts";
import { parseFluxMessage, wireMessage } from "../../../engine/flux/messages.ts";
import { FLUX_PARAMETERS, parseFluxQuery } from "../../../engine/flux/query.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";

const RAW = "model=flux-general-en&encoding=linear16&sample_rate=16000";
const MULTI = "model=flux-general-multi&encoding=linear16&sample_rate=16000";
const flux = (search: string) => parseFluxQuery(readQuery(new URLSearchParams(search)));

describe("Flux query", () => {
  it("fills in Deepgram's defaults", () => {
    expect(flux(RAW)).toEqual({
      ok: true,
      options: {
        audio: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
        settings: {
          eotThreshold: 0.7,
          eagerEotThreshold: null,
          eotTimeoutMs: 5000,
          keyterms: [],
          languageHints: null,
        },
      },
    });
  });

  it("reads every parameter that has an effect", () => {
    const search =
      "model=flux-general-multi&encoding=mulaw&sample_rate=8000&eot_threshold=0.9&eager_eot_threshold=0.35" +
      "&eot_timeout_ms=60000&keyterm=a&keyterm=b%20c&language_hint=es&language_hint=en-US";
    expect(flux(search)).toMatchObject({
      options: {
        audio: { encoding: "mulaw", sampleRate: 8000 },
        settings: {
          eotThreshold: 0.9,
          eagerEotThreshold: 0.35,
          eotTimeoutMs: 60_000,
          keyterms: ["a", "b c"],
          languageHints: ["es", "en-US"],
        },
      },
    });
  });

  it.each([
    "encoding=linear16&sample_rate=16000",
    "model=nova-3&encoding=linear16&sample_rate=16000",
    "model=flux&encoding=linear16&sample_rate=16000",
    "model=flux-general-en&encoding=linear16",
    "model=flux-general-en&encoding=opus&sample_rate=16000",
    "model=flux-general-en&sample_rate=11025",
    "model=flux-general-en&encoding=linear16&sample_rate=32000",
    `${RAW}&eot_threshold=0.4`,
    `${RAW}&eot_threshold=1.01`,
    `${RAW}&eot_threshold=high`,
    `${RAW}&eot_threshold=`,
    `${RAW}&eager_eot_threshold=0.2`,
    `${RAW}&eager_eot_threshold=0.8`,
    `${RAW}&eot_timeout_ms=499`,
    `${RAW}&eot_timeout_ms=60001`,
    `${RAW}&language_hint=en`,
    `${MULTI}&language_hint=`,
    `${MULTI}&language_hint=xx`,
    `${RAW}&numerals=yes`,
    `${RAW}&redact=pci`,
    `${RAW}&tag=${"x".repeat(129)}`,
    `${RAW}&keyterm=${"word+".repeat(501)}`,
  ])("refuses %s", (search) => {
    const parsed = flux(search);
    expect(parsed.ok ? 200 : parsed.error.status).toBe(400);
  });

  it("leaves it to a container to say what the audio is", () => {
    expect(flux("model=flux-general-en")).toMatchObject({ ok: true, options: { audio: null } });
  });

  it("accepts what it has no use for, and none of v1's other parameters", () => {
    const accepted = `${RAW}&tag=a&tag=b&mip_opt_out=true&profanity_filter=true&numerals=true&redact=numbers`;
    expect(flux(accepted).ok).toBe(true);
    for (const name of [
      "language",
      "channels",
      "interim_results",
      "punctuate",
      "smart_format",
      "endpointing",
    ]) {
      const query = readQuery(new URLSearchParams(`${RAW}&${name}=1`));
      expect(refuseUnknown(query, FLUX_PARAMETERS)).toMatchObject({ status: 400, shape: "modern" });
    }
  });
});

describe("Flux messages", () => {
  it("reads a change with any of its parts left out", () => {
    expect(parseFluxMessage('{"type":"Configure"}')).toMatchObject({
      message: { change: { eotThreshold: null, keyterms: null } },
    });
    expect(
      parseFluxMessage('{"type":"Configure","thresholds":{"eot_threshold":0.8},"language_hints":["es"]}'),
    ).toMatchObject({
      message: { change: { eotThreshold: 0.8, eagerEotThreshold: null, languageHints: ["es"] } },
    });
  });

  it.each([
    "hello",
    "[]",
    "null",
    "{}",
    '{"type":"KeepAlive"}',
    '{"type":"Finalize"}',
    '{"type":"Configure","thresholds":{"eot_threshold":"0.8"}}',
    '{"type":"Configure","keyterms":"one"}',
  ])("does not understand %s", (frame) => {
    expect(parseFluxMessage(frame)).toMatchObject({
      ok: false,
      description: expect.stringContaining("text message"),
    });
  });

  it("tells of languages only where the model knows more than one", () => {
    const info = {
      type: "TurnInfo" as const,
      sequenceId: 7,
      event: "EndOfTurn" as const,
      trigger: "model" as const,
      turnIndex: 2,
      from: 8000,
      to: 24_000,
      words: [{ text: "Hello,", start: 9600, end: 16_000, confidence: 0.9 }],
      confidence: 0.75,
    };
    expect(wireMessage({ ...info, languageHints: null }, "id")).toEqual({
      type: "TurnInfo",
      request_id: "id",
      sequence_id: 7,
      event: "EndOfTurn",
      trigger: "model",
      turn_index: 2,
      audio_window_start: 0.5,
      audio_window_end: 1.5,
      transcript: "Hello,",
      words: [{ word: "Hello,", start: 0.6, end: 1, confidence: 0.9 }],
      end_of_turn_confidence: 0.75,
    });
    expect(wireMessage({ ...info, languageHints: ["es"] }, "id")).toMatchObject({
      languages: ["en"],
      languages_hinted: ["es"],
    });
  });
});

describe("Flux idle watch", () => {
  it("closes after half a minute without any sign of life", () => {
    expect(judgeFluxIdleness(1000, 30_999)).toBeNull();
    expect(judgeFluxIdleness(1000, 31_000)).toMatchObject({
      code: 1011,
      reason: expect.stringMatching(/net0001$/),
    });
  });
});
