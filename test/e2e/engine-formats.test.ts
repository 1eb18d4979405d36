import { once } from "node:events";
import { MPEGDecoder } from "mpg123-decoder";
import { OggOpusDecoder } from "ogg-opus-decoder";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { encodeAlaw, encodeMulaw } from "../../engine/audio/g711.ts";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";
import { wavFile } from "../support/wav-file.ts";
import { wordErrorRate } from "../support/word-errors.ts";

const SENTENCES =
  "The quick brown fox jumps over the lazy dog. Please turn on the lights in the living room.";

let engine: EngineProcess;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(() => engine.stop());

function say(query: string, body: string | object = { text: SENTENCES }) {
  return fetch(`${engine.url}/v1/speak?${query}`, {
    method: "POST",
    headers: {
      authorization: "Token any",
      "content-type": typeof body === "string" ? "text/plain" : "application/json",
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

async function bytesOf(response: Promise<Response>): Promise<Buffer> {
  const { status, arrayBuffer } = await response.then(async (answer) => ({
    status: answer.status,
    arrayBuffer: await answer.arrayBuffer(),
  }));
  expect(status).toBe(200);
  return Buffer.from(arrayBuffer);
}

const plainSpeech = (rate: number) => bytesOf(say(`encoding=linear16&container=none&sample_rate=${rate}`));
const samplesOf = (linear16: Buffer) =>
  Int16Array.from({ length: linear16.length / 2 }, (_, index) => linear16.readInt16LE(index * 2));

const messageSchema = v.looseObject({
  type: v.string(),
  is_final: v.optional(v.boolean()),
  channel: v.optional(
    v.union([
      v.array(v.number()),
      v.looseObject({ alternatives: v.array(v.looseObject({ transcript: v.string() })) }),
    ]),
  ),
});
type Message = v.InferOutput<typeof messageSchema>;

/** A live socket and everything that came over it. */
async function listen(query: string) {
  const socket = new WebSocket(`${engine.url.replace("http", "ws")}/v1/listen?${query}`, {
    headers: { authorization: "Token any" },
  });
  const messages: Message[] = [];
  socket.on("message", (data) => messages.push(v.parse(messageSchema, JSON.parse(String(data)))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await once(socket, "open");
  return { socket, messages, closed };
}

/** What is heard in `audio`, which is sent in frames of odd length and faster than it was spoken. */
async function hear(query: string, audio: Uint8Array, frameBytes = 3201, first: readonly number[] = []) {
  const live = await listen(query);
  let at = 0;
  for (const size of first) {
    live.socket.send(audio.subarray(at, at + size));
    at += size;
  }
  for (; at < audio.length; at += frameBytes) {
    live.socket.send(audio.subarray(at, at + frameBytes));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  live.socket.send('{"type":"CloseStream"}');
  expect(await live.closed).toEqual({ code: 1000, reason: "" });
  const finals = live.messages.filter((message) => message.is_final);
  const transcript = finals
    .map(({ channel }) => (Array.isArray(channel) ? "" : channel?.alternatives[0]?.transcript))
    .join(" ");
  return { transcript, finals, metadata: live.messages.at(-1) };
}

describe("engine: live formats", () => {
  it.each([
    ["mulaw", encodeMulaw],
    ["alaw", encodeAlaw],
  ])("hears %s as a telephone sends it", async (encoding, encode) => {
    const telephone = encode(samplesOf(await plainSpeech(8000)));
    const { transcript, metadata } = await hear(`encoding=${encoding}&sample_rate=8000`, telephone, 1601);
    expect(wordErrorRate(SENTENCES, transcript)).toBeLessThan(0.25);
    expect(metadata).toMatchObject({ type: "Metadata", channels: 1 });
    expect(metadata?.duration).toBeCloseTo(telephone.length / 8000, 4);
  });

  it("hears a WAV file, whose header comes in pieces and says what it is", async () => {
    const mono = await plainSpeech(48_000);
    const stereo = Buffer.alloc(mono.length * 2);
    for (const [index, sample] of samplesOf(mono).entries()) {
      stereo.writeInt16LE(sample, index * 4);
      stereo.writeInt16LE(sample, index * 4 + 2);
    }
    const file = wavFile({ encoding: "linear16", sampleRate: 48_000, channels: 2 }, stereo);
    const pieces = [1, 3, 10, 7, 15, 7, 2, 3];
    const { transcript, metadata } = await hear("punctuate=true", file, 19_201, pieces);
    expect(wordErrorRate(SENTENCES, transcript)).toBeLessThan(0.25);
    expect(metadata).toMatchObject({ type: "Metadata", channels: 2 });
    expect(metadata?.duration).toBeCloseTo(stereo.length / (4 * 48_000), 4);
  });

  it("hears what its own voice sends as WAV, of open length and any encoding", async () => {
    const wav = await bytesOf(say("encoding=mulaw&sample_rate=16000"));
    const { transcript } = await hear("", wav);
    expect(wordErrorRate(SENTENCES, transcript)).toBeLessThan(0.25);
  });

  it.each([
    ["Ogg", "", "OggS\0\x02 and so on"],
    ["no container", "", '{"type":"KeepAlive"}'],
    ["Ogg", "encoding=linear16&sample_rate=16000", "OggS\0\x02 and so on"],
  ])("closes on %s with DATA-0000 (%j)", async (words, query, bytes) => {
    const live = await listen(query);
    live.socket.send(Buffer.from(bytes));
    const { code, reason } = await live.closed;
    expect(code).toBe(1008);
    expect(reason).toContain("DATA-0000");
    expect(reason).toContain(words);
    expect(reason).toContain("WAV");
    expect(live.messages).toEqual([]);
  });

  it("closes when the stream ends before its header does", async () => {
    const live = await listen("");
    live.socket.send(Buffer.from("RIFF"));
    live.socket.send('{"type":"CloseStream"}');
    expect(await live.closed).toMatchObject({ code: 1008 });
  });

  it("ends a WAV without audio as a stream of no length", async () => {
    const { metadata } = await hear(
      "",
      wavFile({ encoding: "linear16", sampleRate: 16_000, channels: 1 }, new Uint8Array(0)),
    );
    expect(metadata).toMatchObject({ type: "Metadata", duration: 0, channels: 1 });
  });
});

describe("engine: live messages", () => {
  it("answers each Configure once, and goes on", async () => {
    const live = await listen("encoding=linear16&sample_rate=16000&model=nova-3");
    live.socket.send('{"type":"Configure","keyterms":["alpha","beta"]}');
    live.socket.send('{"type":"Configure","features":{"numerals":true}}');
    live.socket.send('{"type":"Configure","keyterms":"alpha"}');
    live.socket.send(Buffer.alloc(3200));
    live.socket.send('{"type":"CloseStream"}');
    expect(await live.closed).toMatchObject({ code: 1000 });
    expect(live.messages).toMatchObject([
      { type: "ConfigureSuccess", request_id: expect.any(String), keyterms: ["alpha", "beta"] },
      { type: "ConfigureSuccess" },
      {
        type: "ConfigureFailure",
        code: expect.any(String),
        description: expect.stringContaining("keyterms"),
      },
      { type: "Results" },
      { type: "Metadata", duration: 0.1 },
    ]);
  });

  it("has speakers, languages, search hits and entities only when asked", async () => {
    const speech = await plainSpeech(16_000);
    const raw = "encoding=linear16&sample_rate=16000";
    const asked = await hear(
      `${raw}&model=nova-3&language=multi&diarize=true&search=brown+fox&detect_entities=true`,
      speech,
    );
    const first = JSON.stringify(asked.finals);
    for (const part of ['"languages":["en"]', '"language":"en"', '"speaker":0', '"entities":[]', '"hits":[{'])
      expect(first).toContain(part);
    const plain = JSON.stringify((await hear(raw, speech)).finals);
    for (const name of ["language", "speaker", "entities", "search", "punctuated_word", "extra"])
      expect(plain).not.toContain(`"${name}`);
  });
});

/** What a batch request hears in `audio`. */
async function recognise(query: string, audio: Uint8Array): Promise<string> {
  const response = await fetch(`${engine.url}/v1/listen?${query}`, {
    method: "POST",
    headers: { authorization: "Token any", "content-type": "audio/wav" },
    body: Buffer.from(audio),
  });
  const answerSchema = v.object({
    results: v.object({
      channels: v.array(v.object({ alternatives: v.array(v.object({ transcript: v.string() })) })),
    }),
  });
  const answer = v.parse(answerSchema, await response.json());
  return answer.results.channels[0]?.alternatives[0]?.transcript ?? "";
}

function linear16Of(samples: Float32Array = new Float32Array(0)): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  for (const [index, sample] of samples.entries())
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), index * 2);
  return bytes;
}

describe("engine: spoken formats", () => {
  it.each([
    ["encoding=linear16", "audio/wav", ""],
    ["encoding=linear16&sample_rate=48000", "audio/wav", ""],
    ["encoding=mulaw", "audio/wav", ""],
    ["encoding=mulaw&sample_rate=16000", "audio/wav", ""],
    ["encoding=alaw&sample_rate=16000", "audio/wav", ""],
    [
      "encoding=mulaw&container=none&sample_rate=16000",
      "audio/mulaw;rate=16000",
      "encoding=mulaw&sample_rate=16000",
    ],
    ["encoding=alaw&container=none", "audio/alaw;rate=8000", "encoding=alaw&sample_rate=8000"],
    [
      "encoding=linear16&container=none&sample_rate=32000",
      "audio/l16;rate=32000",
      "encoding=linear16&sample_rate=32000",
    ],
  ])("gives words that are heard again: %s", async (format, type, listening) => {
    const response = await say(`${format}&model=aura-2-thalia-en`);
    expect(response.headers.get("content-type")).toBe(type);
    const heard = await recognise(listening, new Uint8Array(await response.arrayBuffer()));
    expect(wordErrorRate(SENTENCES, heard)).toBeLessThan(0.25);
  });

  it.each([
    ["", 48_000],
    ["encoding=mp3&bit_rate=32000", 32_000],
  ])("gives mp3 that a decoder plays (%j)", async (query, bitRate) => {
    const response = await say(query);
    expect(response.headers.get("content-type")).toBe("audio/mpeg");
    expect(response.headers.get("dg-model-name")).toBe("aura-asteria-en");
    const mp3 = new Uint8Array(await response.arrayBuffer());
    const decoder = new MPEGDecoder();
    await decoder.ready;
    const { channelData, sampleRate, samplesDecoded, errors } = decoder.decode(mp3);
    decoder.free();
    expect(errors).toEqual([]);
    expect(sampleRate).toBe(24_000);
    expect((mp3.length * 8 * sampleRate) / samplesDecoded).toBeCloseTo(bitRate, -3);
    const heard = await recognise("encoding=linear16&sample_rate=24000", linear16Of(channelData[0]));
    expect(wordErrorRate(SENTENCES, heard)).toBeLessThan(0.25);
  });

  it.each([
    ["encoding=opus", 12_000],
    ["encoding=opus&container=ogg&bit_rate=64000", 64_000],
  ])("gives Ogg Opus that a decoder plays (%j)", async (query, bitRate) => {
    const response = await say(query);
    expect(response.headers.get("content-type")).toBe("audio/ogg;codecs=opus");
    const ogg = new Uint8Array(await response.arrayBuffer());
    const decoder = new OggOpusDecoder();
    await decoder.ready;
    const { channelData, sampleRate, samplesDecoded, errors } = await decoder.decodeFile(ogg);
    decoder.free();
    expect(errors).toEqual([]);
    expect(sampleRate).toBe(48_000);
    expect(samplesDecoded).toBe(3 * ((await plainSpeech(16_000)).length / 2));
    expect((ogg.length * 8 * sampleRate) / samplesDecoded / bitRate).toBeLessThan(1.25);
    const heard = await recognise("encoding=linear16&sample_rate=48000", linear16Of(channelData[0]));
    expect(wordErrorRate(SENTENCES, heard)).toBeLessThan(0.25);
  });

  it.each([
    ["mp3", ""],
    ["opus", "encoding=opus"],
  ])("sends %s while it is still speaking", async (_, query) => {
    const asked = performance.now();
    const response = await say(query, "This is one sentence of many, all alike. ".repeat(40));
    const arrivals: number[] = [];
    for await (const _ of response.body ?? []) arrivals.push(performance.now() - asked);
    expect(arrivals.length).toBeGreaterThan(5);
    expect(arrivals[0]).toBeLessThan((arrivals.at(-1) ?? 0) / 2);
  });

  it.each<[string, string, string | object, number, object]>([
    [
      "a rate for mp3",
      "sample_rate=24000",
      { text: "Hello." },
      400,
      {
        category: "UNSUPPORTED_AUDIO_FORMAT",
        details: "sample_rate is not applicable when encoding=mp3",
      },
    ],
    [
      "a format it does not have",
      "encoding=flac",
      { text: "Hello." },
      400,
      { category: "UNSUPPORTED_AUDIO_FORMAT" },
    ],
    ["a url", "", { url: "https://example.com/text" }, 400, { category: "PAYLOAD_ERROR" }],
    ["neither text nor url", "", {}, 400, { category: "PAYLOAD_ERROR" }],
    ["both", "", { text: "a", url: "https://example.com" }, 400, { category: "PAYLOAD_ERROR" }],
    ["too long a text", "", { text: "x".repeat(2001) }, 413, { err_code: "Payload Too Large" }],
    ["too large a body", "", "x".repeat(3 * 1024 * 1024), 413, { category: "PAYLOAD_TOO_LARGE" }],
    ["speed with Aura 1", "speed=1.2", { text: "Hello." }, 400, { category: "SPEED_NOT_SUPPORTED" }],
  ])("refuses %s", async (_, query, body, status, answer) => {
    const response = await say(query, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      ...answer,
      request_id: response.headers.get("dg-request-id"),
    });
    expect(response.headers.get("dg-error")).not.toBeNull();
  });
});
