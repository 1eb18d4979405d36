import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { BATCH_PARAMETERS, parseBatchQuery } from "../../../engine/batch/query.ts";
import { FLUX_PARAMETERS, parseFluxQuery } from "../../../engine/flux/query.ts";
import { LISTEN_PARAMETERS, parseListenQuery } from "../../../engine/listen/query.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";
import { batchPath } from "../../../party/room/backfill/batch.ts";
import { flux } from "../../../party/room/upstream/flux.ts";
import { nova } from "../../../party/room/upstream/nova.ts";
import { type AudioFormat, encodings } from "../../../shared/audio.ts";
import {
  isFlux,
  type Recognition,
  RecognitionSchema,
  RoomSettingsSchema,
  recognitionProblem,
  redactions,
} from "../../../shared/settings.ts";

const mono: AudioFormat = { encoding: "linear16", sampleRate: 16_000, channels: 1 };
const flux0 = { model: "flux-general-en" } as const;

describe("settings of a room", () => {
  it("are read strictly", () => {
    const whole = {
      language: "en-US",
      model: "nova-3",
      keyterms: ["Captionwire", "Ångström 5 µm"],
      diarize: true,
      endpointing: false,
      profanityFilter: true,
      redact: ["pci"],
      smartFormat: true,
      retentionHours: 24,
    };
    expect(v.parse(RoomSettingsSchema, whole)).toEqual(whole);
    expect(v.parse(RoomSettingsSchema, {})).toEqual({});
  });

  it.each([
    { model: "nova-3&callback=https://evil.test" },
    { language: "" },
    { keyterms: [""] },
    { keyterms: ["  "] },
    { keyterms: ["line\nbreak"] },
    { keyterms: ["half a pair \ud800"] },
    { keyterms: Array.from({ length: 101 }, () => "x") },
    { endpointing: true },
    { endpointing: 5 },
    { endpointing: 300.5 },
    { redact: ["everything"] },
    { diarise: true },
  ])("are refused: %j", (settings) => {
    expect(v.is(RecognitionSchema, settings)).toBe(false);
    expect(v.is(RoomSettingsSchema, settings)).toBe(false);
  });
});

describe("what the provider would refuse", () => {
  it.each<[Recognition, string]>([
    [
      { ...flux0, diarize: true },
      "flux-general-en does not tell speakers apart; use nova-3 or leave diarize out.",
    ],
    [
      { ...flux0, smartFormat: true },
      "flux-general-en has no smart formatting; use nova-3 or leave smartFormat out.",
    ],
    [
      { ...flux0, endpointing: 300 },
      "flux-general-en finds the end of a turn by itself; use nova-3 or leave endpointing out.",
    ],
    [
      { ...flux0, redact: ["numbers", "pci"] },
      "flux-general-en redacts numbers and aggressive_numbers only; use nova-3 or leave pci out.",
    ],
    [
      { ...flux0, language: "de" },
      "flux-general-en hears English only; use flux-general-multi or leave language out.",
    ],
    [
      { ...flux0, language: "multi" },
      "flux-general-en hears English only; use flux-general-multi or leave language out.",
    ],
    [{ model: "flux-2" }, "There is no model flux-2; use flux-general-en or flux-general-multi."],
    [{ model: "nova-2", keyterms: ["x"] }, "nova-2 takes no keyterms; use nova-3 or leave keyterms out."],
    [
      { model: "base-general", keyterms: ["x"] },
      "base-general takes no keyterms; use nova-3 or leave keyterms out.",
    ],
    [
      { model: "nova", language: "multi" },
      "nova hears one language only; use nova-3 or name the language instead of multi.",
    ],
    [
      { model: "enhanced-meeting", language: "multi" },
      "enhanced-meeting hears one language only; use nova-3 or name the language instead of multi.",
    ],
  ])("is said with what to do: %j", (recognition, problem) => {
    expect(recognitionProblem(recognition, null)).toBe(problem);
    expect(recognitionProblem(recognition, mono)).toBe(problem);
  });

  it("is said of audio that Flux does not take, once it is known", () => {
    expect(recognitionProblem(flux0, null)).toBeNull();
    expect(recognitionProblem(flux0, { ...mono, channels: 2 })).toBe(
      "flux-general-en hears one channel only; send mono audio or use nova-3.",
    );
    expect(recognitionProblem(flux0, { ...mono, sampleRate: 32_000 })).toBe(
      "flux-general-en does not take audio of 32000 Hz; send one of 8000, 16000, 24000, 44100, 48000 Hz or use nova-3.",
    );
    expect(recognitionProblem({}, { ...mono, sampleRate: 32_000, channels: 2 })).toBeNull();
    for (const encoding of encodings) expect(recognitionProblem(flux0, { ...mono, encoding })).toBeNull();
  });

  it.each<Recognition>([
    {},
    { keyterms: ["x"], language: "multi", diarize: true, smartFormat: true, redact: ["pci", "pci"] },
    { model: "nova-3-medical", keyterms: ["x"] },
    { model: "nova-2-meeting", keyterms: [] },
    { model: "nova-2", language: "multi" },
    {
      ...flux0,
      diarize: false,
      smartFormat: false,
      endpointing: false,
      keyterms: ["x"],
      redact: ["numbers"],
    },
    { ...flux0, language: "en-GB" },
    { ...flux0, language: "EN" },
    { model: "flux-general-multi", language: "de" },
    { model: "flux-general-multi", language: "multi" },
    // A model of the customer's own: only the provider knows what it can do.
    { model: "5f4b9a4e-custom", keyterms: ["x"], language: "multi" },
  ])("is not guessed at: %j", (recognition) => {
    expect(recognitionProblem(recognition, mono)).toBeNull();
  });

  it("counts keyterms by words and bytes, whatever their script, a hundred names being well within", () => {
    const names = Array.from({ length: 100 }, () => "Margaret Smith");
    expect(recognitionProblem({ keyterms: names }, null)).toBeNull();
    const long = Array.from({ length: 100 }, () => "Llanfairpwllgwyngyll station");
    for (const model of ["nova-3", "flux-general-en"])
      expect(recognitionProblem({ model, keyterms: long }, null)).toBe(
        "The keyterms come to about 1000 tokens and 500 are the most; leave some out.",
      );
    expect(recognitionProblem({ keyterms: ["東".repeat(100)] }, null)).toBeNull();
    expect(recognitionProblem({ keyterms: Array.from({ length: 6 }, () => "東".repeat(100)) }, null)).toMatch(
      "about 600 tokens",
    );
  });
});

describe("what is let pass", () => {
  const recognitions = fc.record(
    {
      model: fc.constantFrom("nova-3", "nova-3-general", "nova-2", "flux-general-en", "flux-general-multi"),
      language: fc.constantFrom("en", "en-US", "multi"),
      keyterms: fc.array(fc.constantFrom("Captionwire", "room service", "a&b=c"), { maxLength: 5 }),
      diarize: fc.boolean(),
      endpointing: fc.oneof(fc.constant(false as const), fc.integer({ min: 10, max: 10_000 })),
      profanityFilter: fc.boolean(),
      redact: fc.array(fc.constantFrom(...redactions), { maxLength: 4 }),
      smartFormat: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const formats = fc.record({
    encoding: fc.constantFrom(...encodings),
    sampleRate: fc.constantFrom(8000, 16_000, 22_050, 44_100, 48_000),
    channels: fc.constantFrom(1, 2),
  });
  const queryOf = (path: string) => readQuery(new URL(path, "http://provider.test").searchParams);

  it("is taken by the embedded engine, live and as a recording", () => {
    const seen = { flux: 0, nova: 0 };
    fc.assert(
      fc.property(recognitions, formats, (recognition, format) => {
        fc.pre(recognitionProblem(recognition, format) === null);
        if (isFlux(recognition.model)) {
          seen.flux++;
          const query = queryOf(flux.livePath(format, recognition));
          expect(refuseUnknown(query, FLUX_PARAMETERS)).toBeNull();
          expect(parseFluxQuery(query)).toMatchObject({ ok: true, options: { audio: format } });
        } else {
          seen.nova++;
          const query = queryOf(nova.livePath(format, recognition));
          expect(refuseUnknown(query, LISTEN_PARAMETERS)).toBeNull();
          expect(parseListenQuery(query)).toMatchObject({ ok: true, options: { audio: format } });
        }
        const recording = queryOf(batchPath(recognition));
        expect(refuseUnknown(recording, BATCH_PARAMETERS)).toBeNull();
        expect(parseBatchQuery(recording)).toMatchObject({ ok: true });
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.flux, seen.nova)).toBeGreaterThan(0);
  });
});
