import { describe, expect, it } from "vitest";
import { LISTEN_PARAMETERS, parseListenQuery } from "../../../engine/listen/query.ts";
import { contentType } from "../../../engine/speak/formats.ts";
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
        audio: { encoding: "linear16", sampleRate: 16_000, channels: 1 },
        interimResults: false,
        endpointingMs: 10,
        utteranceEndMs: null,
        vadEvents: false,
        punctuate: false,
        diarize: false,
        multilingual: false,
        detectEntities: false,
        search: [],
        hasKeyterms: false,
        extra: null,
        tags: [],
      },
    });
  });

  it("reads every parameter that has an effect", () => {
    const parsed = listen(
      "model=nova-3&language=en-US&encoding=linear16&sample_rate=48000&channels=2&interim_results=true" +
        "&endpointing=false&utterance_end_ms=1000&vad_events=true&smart_format=true&extra=a:1&extra=b:x:y&extra=a:2" +
        "&diarize=true&search=fox&detect_entities=true&keyterm=Captionwire&tag=show",
    );
    expect(parsed).toEqual({
      ok: true,
      options: {
        audio: { encoding: "linear16", sampleRate: 48_000, channels: 2 },
        interimResults: true,
        endpointingMs: null,
        utteranceEndMs: 1000,
        vadEvents: true,
        punctuate: true,
        diarize: true,
        multilingual: false,
        detectEntities: true,
        search: ["fox"],
        hasKeyterms: true,
        extra: { a: "2", b: "x:y" },
        tags: ["show"],
      },
    });
  });

  it("reads rate and channels with an encoding only, and leaves the rest to the container", () => {
    for (const search of ["", "sample_rate=8000&channels=2"])
      expect(listen(search)).toMatchObject({ ok: true, options: { audio: null } });
    for (const encoding of ["mulaw", "alaw"])
      expect(listen(`encoding=${encoding}&sample_rate=8000`)).toMatchObject({
        options: { audio: { encoding, sampleRate: 8000, channels: 1 } },
      });
    expect(listen("model=nova-2&language=multi")).toMatchObject({ options: { multilingual: true } });
  });

  it("counts the tokens of all keyterms together", () => {
    const keyterms = (count: number) =>
      listen(`${RAW}&model=nova-3&${"keyterm=captionwire%20room&".repeat(count)}`);
    expect(keyterms(90)).toMatchObject({ ok: true });
    expect(keyterms(200)).toMatchObject({
      error: {
        status: 400,
        message: "Keyterm limit exceeded. The maximum number of tokens across all keyterms is 500.",
      },
    });
    expect(listen(`${RAW}&model=nova-3&keyterm=${"a".repeat(100_000)}`).ok).toBe(false);
  });

  it.each([
    "encoding=linear16",
    "encoding=mulaw",
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
    `${RAW}&model=nova-3-drivethru`,
    `${RAW}&model=nova-4`,
    `${RAW}&model=base&language=multi`,
    `${RAW}&model=nova-2&keyterm=a`,
    `${RAW}&model=nova-3&keywords=a:1`,
    `${RAW}&diarize_model=v2`,
    `${RAW}&multichannel=true`,
    `${RAW}&callback=https://example.com`,
    `${RAW}&language=es`,
    `${RAW}&tag=${"x".repeat(129)}`,
  ])("refuses %s", (search) => {
    expect(statusOf(listen(search))).toBe(400);
  });

  it("accepts what it has no use for, and refuses what nobody knows", () => {
    const known = readQuery(
      new URLSearchParams(`${RAW}&model=nova-3&keyterm=a&keyterm=b&tag=t&mip_opt_out=true&numerals=true`),
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
  it.each([
    ["", { encoding: "mp3", bitRate: 48_000 }, "audio/mpeg"],
    ["bit_rate=32000", { encoding: "mp3", bitRate: 32_000 }, "audio/mpeg"],
    ["encoding=linear16", { encoding: "linear16", container: "wav", sampleRate: 24_000 }, "audio/wav"],
    [
      "encoding=linear16&container=none&sample_rate=8000",
      { encoding: "linear16", container: "none", sampleRate: 8000 },
      "audio/l16;rate=8000",
    ],
    ["encoding=mulaw", { encoding: "mulaw", container: "wav", sampleRate: 8000 }, "audio/wav"],
    [
      "encoding=mulaw&container=none&sample_rate=16000",
      { encoding: "mulaw", container: "none", sampleRate: 16_000 },
      "audio/mulaw;rate=16000",
    ],
    [
      "encoding=alaw&container=none",
      { encoding: "alaw", container: "none", sampleRate: 8000 },
      "audio/alaw;rate=8000",
    ],
    ["encoding=opus", { encoding: "opus", bitRate: 12_000 }, "audio/ogg;codecs=opus"],
    [
      "encoding=opus&container=ogg&sample_rate=48000&bit_rate=650000",
      { encoding: "opus", bitRate: 650_000 },
      "audio/ogg;codecs=opus",
    ],
    ["encoding=opus&bit_rate=4000", { encoding: "opus", bitRate: 4000 }, "audio/ogg;codecs=opus"],
  ])("reads the format in %j", (search, format, type) => {
    const parsed = speak(search);
    expect(parsed).toMatchObject({ ok: true, options: { format, speed: 1 } });
    if (parsed.ok) expect(contentType(parsed.options.format)).toBe(type);
  });

  it("reads voice and speed", () => {
    expect(speak("")).toMatchObject({ options: { voice: { name: "aura-asteria-en", flite: "slt" } } });
    expect(speak("model=aura-2-zeus-en&speed=1.2")).toMatchObject({
      options: { speed: 1.2, voice: { flite: "awb" } },
    });
  });

  it.each([
    ["sample_rate=24000", "sample_rate is not applicable when encoding=mp3"],
    ["container=none", "container is not applicable when encoding=mp3"],
    ["encoding=linear16&bit_rate=48000", "bit_rate is not applicable when encoding=linear16"],
    ["encoding=mulaw&bit_rate=48000", "bit_rate is not applicable when encoding=mulaw"],
    ["bit_rate=64000", "bit_rate must be 32000 or 48000 when encoding=mp3"],
    ["encoding=linear16&container=ogg", "container must be wav or none when encoding=linear16"],
    ["encoding=mulaw&sample_rate=24000", "sample_rate must be one of 8000, 16000 when encoding=mulaw"],
    ["encoding=opus&container=wav", "container must be ogg when encoding=opus"],
    ["encoding=opus&sample_rate=24000", "sample_rate must be 48000 when encoding=opus"],
    ["encoding=opus&bit_rate=3999", "bit_rate must be 4000 to 650000 when encoding=opus"],
    ["encoding=opus&bit_rate=650001", "bit_rate must be 4000 to 650000 when encoding=opus"],
    ["encoding=opus&bit_rate=1.2e4", "bit_rate must be 4000 to 650000 when encoding=opus"],
    ["encoding=flac", "encoding=flac is not available here; send mp3, linear16, mulaw, alaw or opus"],
  ])("says what is wrong with the format in %s", (search, details) => {
    expect(speak(search)).toMatchObject({
      error: { status: 400, shape: "modern", category: "UNSUPPORTED_AUDIO_FORMAT", details },
    });
  });

  it.each([
    "encoding=linear16&sample_rate=44100",
    "encoding=linear16&sample_rate=__proto__",
    "encoding=aac",
    "encoding=flac&sample_rate=8000",
    "encoding=mp4",
    "model=aura-nobody-en",
    "model=aura-2-celeste-es",
    "model=aura-asteria-en&speed=1.2",
    "model=aura-2-zeus-en&speed=2",
    "model=aura-2-zeus-en&speed=0.6",
    "callback=https://example.com",
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
