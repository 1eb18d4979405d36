import { describe, expect, it } from "vitest";
import { limits } from "../../../shared/limits.ts";
import { SpeakRefusal } from "../../../workers/speak/refusal.ts";
import { readBody } from "../../../workers/speak/request/body.ts";
import { chunkQuery, readQuery } from "../../../workers/speak/request/query.ts";

const query = (search: string) => readQuery(new URLSearchParams(search));

/** What is answered instead. */
function refusal(work: () => unknown): { status: number; body: unknown } {
  try {
    work();
  } catch (error) {
    if (error instanceof SpeakRefusal) return { status: error.status, body: error.body };
    throw error;
  }
  throw new Error("It was not refused.");
}

describe("the parameters of a request to speak", () => {
  it.each([
    ["", { encoding: "mp3", bitRate: 48_000 }],
    ["encoding=mp3&bit_rate=32000", { encoding: "mp3", bitRate: 32_000 }],
    ["encoding=linear16", { encoding: "linear16", container: "wav", sampleRate: 24_000 }],
    [
      "encoding=linear16&container=none&sample_rate=8000",
      { encoding: "linear16", container: "none", sampleRate: 8_000 },
    ],
    ["encoding=mulaw", { encoding: "mulaw", container: "wav", sampleRate: 8_000 }],
    [
      "encoding=alaw&container=none&sample_rate=16000",
      { encoding: "alaw", container: "none", sampleRate: 16_000 },
    ],
    ["encoding=opus", { encoding: "opus", bitRate: 12_000 }],
    ["encoding=opus&container=ogg&bit_rate=650000", { encoding: "opus", bitRate: 650_000 }],
    ["encoding=flac", { encoding: "flac", sampleRate: null }],
    ["encoding=flac&sample_rate=22050", { encoding: "flac", sampleRate: 22_050 }],
    ["encoding=aac&bit_rate=4000", { encoding: "aac", bitRate: 4_000 }],
    ["encoding=aac&encoding=mp3", { encoding: "mp3", bitRate: 48_000 }],
  ])("?%s", (search, format) => {
    expect(query(search).format).toEqual(format);
  });

  it.each([
    "encoding=wav",
    "encoding=",
    "sample_rate=24000",
    "container=none",
    "encoding=mp3&bit_rate=64000",
    "encoding=linear16&bit_rate=48000",
    "encoding=linear16&sample_rate=44100",
    "encoding=linear16&container=ogg",
    "encoding=mulaw&sample_rate=24000",
    "encoding=opus&container=wav",
    "encoding=opus&bit_rate=3999",
    "encoding=opus&bit_rate=1e5",
    "encoding=aac&sample_rate=22050",
    "encoding=flac&sample_rate=44100",
    "model=../v1/projects",
    "model=",
    "speed=fast",
    "mip_opt_out=1",
    "callback=https://example.com/",
    "callback_method=PUT",
    "voice=thalia",
    "toString=1",
    "__proto__=1",
  ])("?%s is refused", (search) => {
    expect(refusal(() => query(search))).toMatchObject({
      status: 400,
      body: { category: expect.any(String), details: expect.any(String), retryable: false },
    });
  });

  it("of a chunk are the client's own, but for a format whose bodies fit together", () => {
    const asked = "model=aura-2-thalia-en&tag=a&tag=b&speed=1.2&encoding=linear16&container=wav";
    const own = [...chunkQuery(query(asked))].map(([name, value]) => `${name}=${value}`).sort();
    expect(own).toEqual(
      ["container=none", "encoding=linear16", "model=aura-2-thalia-en", "sample_rate=24000"].concat([
        "speed=1.2",
        "tag=a",
        "tag=b",
      ]),
    );
  });
});

describe("the body of a request to speak", () => {
  const json = "application/json; charset=utf-8";
  const read = (type: string | undefined, body: string | Uint8Array, allowsUrl = false) => {
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : Uint8Array.from(body);
    return readBody(type, bytes.buffer, allowsUrl);
  };

  it("is a text, whose code points count", () => {
    expect(read(json, '{"text":"Hé 👋🏽!"}')).toEqual({ kind: "text", text: "Hé 👋🏽!", characters: 6 });
    expect(read("text/plain", " a\n")).toEqual({ kind: "text", text: " a\n", characters: 3 });
    expect(
      read("Application/JSON", '{"text":"a","url":null,"more":1}'.replace(',"url":null', "")),
    ).toMatchObject({
      text: "a",
    });
  });

  it.each([
    [json, "", 400],
    [json, "{", 400],
    [json, "[]", 400],
    [json, "null", 400],
    [json, '"text"', 400],
    [json, "{}", 400],
    [json, '{"text":7}', 400],
    [json, '{"text":"a","url":"https://example.com/"}', 400],
    [json, '{"url":"http://169.254.169.254/"}', 400],
    [json, '{"text":" \\n\\t\\u3000"}', 400],
    [json, '{"text":"a\\ud83d"}', 400],
    ["text/plain", "", 400],
    ["text/plain", new Uint8Array([0x61, 0xff]), 400],
    ["text/plain", new Uint8Array([0xed, 0xa0, 0xbd]), 400],
    [undefined, '{"text":"a"}', 415],
    ["text/html", "<p>a", 415],
    ["text/plain", "x".repeat(limits.speakMaxCharacters + 1), 413],
  ])("%s of %j is refused with %i", (type, body, status) => {
    expect(refusal(() => read(type, body))).toMatchObject({ status, body: { retryable: false } });
  });

  it("is an address only where that is allowed", () => {
    const url = "https://example.com/a.txt";
    expect(read(json, JSON.stringify({ url }), true)).toEqual({ kind: "url", url });
  });

  it("may be as long as the limit says, however its characters are written", () => {
    const text = "𝒳".repeat(limits.speakMaxCharacters);
    expect(read("text/plain", text)).toMatchObject({ characters: limits.speakMaxCharacters });
  });
});
