import { describe, expect, it } from "vitest";
import { LISTEN_PARAMETERS, parseListenQuery } from "../../../engine/listen/query.ts";
import { parseSpeakQuery, SPEAK_PARAMETERS } from "../../../engine/speak/query.ts";
import { readText } from "../../../engine/speak/text.ts";
import { isAccepted, readCredential } from "../../../engine/wire/credentials.ts";
import { errorBody } from "../../../engine/wire/errors.ts";
import { readQuery, refuseUnknown } from "../../../engine/wire/query.ts";

const listen = (search: string) => parseListenQuery(readQuery(new URLSearchParams(search)));
const speak = (search: string) => parseSpeakQuery(readQuery(new URLSearchParams(search)));
const RAW = "encoding=linear16&sample_rate=16000";

const statusOf = (parsed: ReturnType<typeof listen> | ReturnType<typeof speak>) =>
  parsed.ok ? 200 : parsed.error.status;

describe("live query", () => {
  it("fills in Deepgram's defaults", () => {
    expect(listen(RAW)).toEqual({
      ok: true,
      options: {
        sampleRate: 16_000,
        channels: 1,
        interimResults: false,
        endpointingMs: 10,
        utteranceEndMs: null,
        vadEvents: false,
        punctuate: false,
        extra: null,
      },
    });
  });

  it("reads every parameter that has an effect", () => {
    const parsed = listen(
      "model=nova-3&language=en-US&encoding=linear16&sample_rate=48000&channels=2&interim_results=true" +
        "&endpointing=false&utterance_end_ms=1000&vad_events=true&smart_format=true&extra=a:1&extra=b:x:y&extra=a:2",
    );
    expect(parsed).toEqual({
      ok: true,
      options: {
        sampleRate: 48_000,
        channels: 2,
        interimResults: true,
        endpointingMs: null,
        utteranceEndMs: 1000,
        vadEvents: true,
        punctuate: true,
        extra: { a: "2", b: "x:y" },
      },
    });
  });

  it.each([
    "encoding=linear16",
    "sample_rate=16000",
    "encoding=opus&sample_rate=16000",
    "encoding=linear16&sample_rate=7999",
    "encoding=linear16&sample_rate=48001",
    `${RAW}&channels=0`,
    `${RAW}&interim_results=yes`,
    `${RAW}&endpointing=true`,
    `${RAW}&endpointing=-1`,
    `${RAW}&utterance_end_ms=1000`,
    `${RAW}&diarize=true&diarize_model=v1`,
    `${RAW}&model=flux-general-en`,
    `${RAW}&model=`,
    `${RAW}&language=es`,
    `${RAW}&tag=${"x".repeat(129)}`,
  ])("refuses %s", (search) => {
    expect(statusOf(listen(search))).toBe(400);
  });

  it("accepts what it has no use for, and refuses what nobody knows", () => {
    const known = readQuery(
      new URLSearchParams(`${RAW}&keyterm=a&keyterm=b&tag=t&mip_opt_out=true&numerals=true`),
    );
    expect(refuseUnknown(known, LISTEN_PARAMETERS)).toBeNull();
    expect(parseListenQuery(known).ok).toBe(true);
    for (const name of ["interim_result", "__proto__", "constructor"]) {
      const query = readQuery(new URLSearchParams({ [name]: "1" }));
      expect(refuseUnknown(query, LISTEN_PARAMETERS)).toMatchObject({ status: 400, shape: "modern" });
    }
  });
});

describe("speak query", () => {
  it("reads the formats there are", () => {
    expect(speak("encoding=linear16")).toMatchObject({
      ok: true,
      options: {
        container: "wav",
        sampleRate: 24_000,
        speed: 1,
        voice: { name: "aura-asteria-en", flite: "slt" },
      },
    });
    expect(
      speak("encoding=linear16&container=none&sample_rate=8000&model=aura-2-zeus-en&speed=1.2"),
    ).toMatchObject({
      ok: true,
      options: { container: "none", sampleRate: 8000, speed: 1.2, voice: { flite: "awb" } },
    });
  });

  it.each([
    "",
    "encoding=mp3",
    "encoding=linear16&sample_rate=44100",
    "encoding=linear16&container=ogg",
    "encoding=linear16&bit_rate=48000",
    "encoding=linear16&model=aura-nobody-en",
    "encoding=linear16&model=aura-2-celeste-es",
    "encoding=linear16&model=aura-asteria-en&speed=1.2",
    "encoding=linear16&model=aura-2-zeus-en&speed=2",
    "encoding=linear16&callback=https://example.com",
  ])("refuses %j", (search) => {
    expect(refuseUnknown(readQuery(new URLSearchParams(search)), SPEAK_PARAMETERS)).toBeNull();
    expect(statusOf(speak(search))).toBe(400);
  });
});

describe("speak body", () => {
  const json = (value: unknown) =>
    readText("application/json", new TextEncoder().encode(JSON.stringify(value)));

  it("takes JSON and plain text, and counts code points", () => {
    expect(json({ text: "Grüße 🎤" })).toEqual({ ok: true, text: "Grüße 🎤", characters: 7 });
    expect(readText("text/plain; charset=utf-8", new TextEncoder().encode("Hi."))).toMatchObject({
      ok: true,
    });
    expect(json({ text: "🎤".repeat(2000) })).toMatchObject({ ok: true, characters: 2000 });
  });

  it("refuses the rest with the status and words of the reference", () => {
    expect(json({ text: "x".repeat(2001) })).toMatchObject({
      error: { status: 413, message: "Input text exceeds maximum character limit of 2000." },
    });
    expect(json({ text: " \n" })).toMatchObject({
      error: { status: 400, message: "Input text contains no characters." },
    });
    for (const body of [{}, { text: "a", url: "https://example.com" }, { text: 3 }, [], null]) {
      expect(json(body)).toMatchObject({ error: { status: 400, category: "PAYLOAD_ERROR" } });
    }
    expect(readText("text/plain", Uint8Array.of(0xff, 0xfe))).toMatchObject({
      error: { status: 400, category: "PAYLOAD_ERROR" },
    });
    expect(readText("application/json", new TextEncoder().encode("{"))).toMatchObject({
      error: { status: 400, category: "INVALID_JSON" },
    });
    expect(readText("audio/wav", new Uint8Array(4))).toMatchObject({ error: { status: 415 } });
  });
});

describe("credentials", () => {
  it("finds them in the header and in the subprotocols, among other entries", () => {
    expect(readCredential("Token abc", [])).toMatchObject({ scheme: "token", secret: "abc" });
    expect(readCredential("bearer a.b.c", [])).toMatchObject({ scheme: "bearer", secret: "a.b.c" });
    expect(readCredential(undefined, ["x-deepgram-session-id", "id", "token", "abc"])).toMatchObject({
      scheme: "token",
      secret: "abc",
    });
    for (const header of ["", "Token", "Basic abc"]) expect(readCredential(header, [])).toBeNull();
    for (const entries of [[], ["token"], ["abc"]]) expect(readCredential(undefined, entries)).toBeNull();
  });

  it("takes any when no key is set, else only the key", () => {
    const credential = readCredential("Token abc", []);
    expect(isAccepted(credential, null)).toBe(true);
    expect(isAccepted(credential, "abc")).toBe(true);
    expect(isAccepted(credential, "abcd")).toBe(false);
    expect(isAccepted(null, null)).toBe(false);
  });
});

describe("error bodies", () => {
  it("carry the request id in both shapes", () => {
    const legacy = errorBody({ shape: "legacy", status: 401, code: "INVALID_AUTH", message: "m" }, "id");
    expect(JSON.parse(legacy)).toEqual({ err_code: "INVALID_AUTH", err_msg: "m", request_id: "id" });
    const modern = errorBody(
      { shape: "modern", status: 400, category: "C", message: "m", details: "d" },
      "id",
    );
    expect(JSON.parse(modern)).toEqual({ category: "C", message: "m", details: "d", request_id: "id" });
  });
});
