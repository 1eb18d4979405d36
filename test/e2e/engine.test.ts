import { spawn } from "node:child_process";
import { once } from "node:events";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { ENGINE_MAIN, type EngineProcess, startEngine } from "../support/engine-process.ts";
import { type EngineSocket, openEngineSocket } from "../support/engine-socket.ts";
import { wordErrorRate } from "../support/word-errors.ts";

const RATE = 16_000;

const wordSchema = v.object({
  word: v.string(),
  punctuated_word: v.optional(v.string()),
  start: v.number(),
  end: v.number(),
  confidence: v.number(),
});
const resultsSchema = v.object({
  type: v.literal("Results"),
  channel_index: v.tuple([v.literal(0), v.literal(1)]),
  start: v.number(),
  duration: v.number(),
  is_final: v.boolean(),
  speech_final: v.boolean(),
  from_finalize: v.boolean(),
  channel: v.object({
    alternatives: v.pipe(
      v.array(v.object({ transcript: v.string(), confidence: v.number(), words: v.array(wordSchema) })),
      v.length(1),
    ),
  }),
  metadata: v.object({
    request_id: v.pipe(v.string(), v.uuid()),
    model_uuid: v.string(),
    model_info: v.object({ name: v.string(), version: v.string(), arch: v.string() }),
    extra: v.optional(v.record(v.string(), v.string())),
  }),
});
const metadataSchema = v.object({
  type: v.literal("Metadata"),
  request_id: v.string(),
  sha256: v.string(),
  created: v.pipe(v.string(), v.isoTimestamp()),
  duration: v.number(),
  channels: v.number(),
  transaction_key: v.string(),
});
const errorSchema = v.object({ type: v.literal("Error"), variant: v.string(), description: v.string() });
const messageSchema = v.variant("type", [resultsSchema, metadataSchema, errorSchema]);
type Message = v.InferOutput<typeof messageSchema>;
type Results = v.InferOutput<typeof resultsSchema>;

let engine: EngineProcess;
let url: string;
let spoken: Buffer;

const SENTENCES =
  "The quick brown fox jumps over the lazy dog. Please turn on the lights in the living room.";

beforeAll(async () => {
  engine = await startEngine();
  url = engine.url;
  spoken = Buffer.from(await (await say(SENTENCES)).arrayBuffer());
});

afterAll(() => engine.stop());

function say(text: string, query = `encoding=linear16&container=none&sample_rate=${RATE}`, headers = {}) {
  return fetch(`${url}/v1/speak?${query}`, {
    method: "POST",
    headers: { authorization: "Token any", "content-type": "application/json", ...headers },
    body: JSON.stringify({ text }),
  });
}

/** A live socket and everything that came over it. */
const listen = (query = "", protocols?: string[]) =>
  openEngineSocket(
    `${url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${RATE}${query}`,
    messageSchema,
    protocols,
  );

type Live = EngineSocket<Message>;

/** Sends audio in frames of odd length, three times as fast as it was spoken. */
async function stream({ socket }: Live, audio: Buffer) {
  const frameBytes = 3201;
  for (let at = 0; at < audio.length; at += frameBytes) {
    socket.send(audio.subarray(at, at + frameBytes));
    await new Promise((resolve) => setTimeout(resolve, 33));
  }
}

async function end(live: Live) {
  live.socket.send('{"type":"CloseStream"}');
  return live.closed;
}

const resultsOf = (messages: Message[]): Results[] =>
  messages.filter((message) => message.type === "Results");
const finalsOf = (messages: Message[]) => resultsOf(messages).filter((message) => message.is_final);
const textOf = (message: Results | undefined) => message?.channel.alternatives[0]?.transcript ?? "";
const silence = (seconds: number) => Buffer.alloc(seconds * RATE * 2);

describe("engine: listening", () => {
  it("gives the words back that its own voice has spoken, message by message as the protocol says", async () => {
    const live = await listen("&interim_results=true&punctuate=true&endpointing=300&extra=show:42");
    await stream(live, Buffer.concat([silence(1.2), spoken, silence(1)]));
    expect(await end(live)).toEqual({ code: 1000, reason: "" });

    const { messages } = live;
    const heard = finalsOf(messages).map(textOf).join(" ");
    expect(wordErrorRate(SENTENCES, heard)).toBeLessThan(0.2);
    expect(heard).toMatch(/^The .*[.]/);

    let at = 0;
    let reached = 0;
    for (const message of resultsOf(messages)) {
      // One segment after the other, without a gap; interims of a segment grow.
      expect(message.start).toBeCloseTo(at, 4);
      if (!message.is_final) expect(message.start + message.duration).toBeGreaterThan(reached);
      reached = message.start + message.duration;
      if (message.is_final) at = reached;
      expect(message.metadata.request_id).toBe(live.requestId);
      expect(message.metadata.extra).toEqual({ show: "42" });
      let word = message.start;
      for (const { start, end: wordEnd, confidence, punctuated_word } of message.channel.alternatives[0]
        ?.words ?? []) {
        expect(start).toBeGreaterThanOrEqual(word - 1e-6);
        expect(wordEnd).toBeGreaterThanOrEqual(start);
        expect(wordEnd).toBeLessThanOrEqual(message.start + message.duration + 1e-6);
        expect(confidence).toBeGreaterThan(0);
        expect(confidence).toBeLessThanOrEqual(1);
        expect(punctuated_word).toBeTypeOf("string");
        word = wordEnd;
      }
    }
    const seconds = 2.2 + spoken.length / (2 * RATE);
    expect(at).toBeCloseTo(seconds, 3);
    expect(finalsOf(messages).some((message) => message.speech_final && textOf(message) !== "")).toBe(true);
    expect(resultsOf(messages).some((message) => !message.is_final && textOf(message) !== "")).toBe(true);
    // The silence before the first word is told of as silence.
    expect(textOf(resultsOf(messages)[0])).toBe("");

    const last = messages.at(-1);
    expect(last).toMatchObject({ type: "Metadata", request_id: live.requestId, channels: 1 });
    if (last?.type === "Metadata") expect(last.duration).toBeCloseTo(seconds, 4);
    expect(messages.filter((message) => message.type === "Metadata")).toHaveLength(1);
  });

  it("freezes what was said so far on Finalize, and goes on", async () => {
    const live = await listen("&interim_results=true");
    const half = spoken.subarray(0, 2 * Math.floor(spoken.length / 4));
    await stream(live, half);
    live.socket.send('{"type":"Finalize"}');
    await expect
      .poll(() => finalsOf(live.messages).filter((message) => message.from_finalize))
      .toHaveLength(1);
    const finalized = finalsOf(live.messages).find((message) => message.from_finalize);
    expect((finalized?.start ?? 0) + (finalized?.duration ?? 0)).toBeCloseTo(half.length / (2 * RATE), 3);
    await stream(live, spoken.subarray(half.length));
    expect(await end(live)).toMatchObject({ code: 1000 });
    const heard = finalsOf(live.messages).map(textOf).join(" ");
    // The cut falls where it falls: the word it hits may be lost, the others not.
    expect(wordErrorRate(SENTENCES, heard)).toBeLessThan(0.4);
    expect(heard).toBe(heard.toLowerCase());
  });

  it("does not answer KeepAlive, answers nonsense with an Error, and stays open through both", async () => {
    const live = await listen();
    live.socket.send('{"type":"KeepAlive"}');
    for (const nonsense of ["hello", "{}", '{"type":"Sing"}', "[1]"]) live.socket.send(nonsense);
    await expect.poll(() => live.messages.length).toBe(4);
    for (const message of live.messages)
      expect(message).toMatchObject({ type: "Error", variant: "SchemaError" });
    live.socket.send(silence(0.3));
    expect(await end(live)).toMatchObject({ code: 1000 });
    expect(live.messages.at(-1)).toMatchObject({ type: "Metadata", duration: 0.3 });
  });

  it("ends an unused stream with the Metadata of nothing", async () => {
    const live = await listen();
    live.socket.send(Buffer.alloc(0));
    expect(await live.closed).toMatchObject({ code: 1000 });
    expect(live.messages).toEqual([
      expect.objectContaining({
        type: "Metadata",
        duration: 0,
        channels: 0,
        sha256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      }),
    ]);
  });

  it("echoes only the scheme of a browser's credential, among other subprotocols", async () => {
    const live = await listen("", ["x-deepgram-session-id", "some-id", "token", "secret-key"]);
    expect(live.socket.protocol).toBe("token");
    expect(live.requestId).toMatch(/^[0-9a-f-]{36}$/);
    await end(live);
  });

  it("counts its sockets", async () => {
    const before = await stats();
    const lives = [await listen(), await listen()];
    const during = await stats();
    expect(during.listenSockets).toBe(before.listenSockets + 2);
    expect(during.listenSocketsTotal).toBe(before.listenSocketsTotal + 2);
    for (const live of lives) live.socket.terminate();
    await expect.poll(async () => (await stats()).listenSockets).toBe(before.listenSockets);
    expect((await stats()).listenSocketsPeak).toBeGreaterThanOrEqual(during.listenSockets);
  });

  it.each([
    ["no credential", "", {}, 401, { err_code: "INVALID_AUTH", err_msg: "Invalid credentials." }],
    [
      "an unknown parameter, before the credential",
      "&sing=true",
      {},
      400,
      { category: "INVALID_QUERY_PARAMETER" },
    ],
    ["a bad value", "&channels=x", { authorization: "Token any" }, 400, { err_code: "Bad Request" }],
    ["a model for another route", "&model=flux-general-en", { authorization: "Token any" }, 400, {}],
  ])("refuses %s", async (_, query, headers, status, body) => {
    const address = `${url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${RATE}${query}`;
    const socket = new WebSocket(address, { headers });
    socket.on("error", () => undefined);
    const [, response] = await once(socket, "unexpected-response");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    expect(response.statusCode).toBe(status);
    expect(answer).toMatchObject({ ...body, request_id: response.headers["dg-request-id"] });
    expect(response.headers["dg-error"]).toBeTypeOf("string");
    socket.terminate();
  });
});

describe("engine: speaking", () => {
  it("sends an open-ended WAV with the headers of the reference", async () => {
    const response = await say("Good morning.", "encoding=linear16&model=aura-2-thalia-en");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("audio/wav");
    expect(response.headers.get("dg-model-name")).toBe("aura-2-thalia-en");
    expect(response.headers.get("dg-char-count")).toBe("13");
    expect(response.headers.get("content-length")).toBeNull();
    const wav = Buffer.from(await response.arrayBuffer());
    expect(wav.toString("latin1", 0, 4)).toBe("RIFF");
    expect(wav.readUInt32LE(24)).toBe(24_000);
    expect(wav.length).toBeGreaterThan(44 + 24_000);
    expect(wav.length % 2).toBe(0);
  });

  it("speaks for as long at every rate, and faster when told to", async () => {
    const secondsAt = async (rate: number, more = "") => {
      const response = await say(
        "One two three.",
        `encoding=linear16&container=none&sample_rate=${rate}${more}`,
      );
      expect(response.headers.get("content-type")).toBe(`audio/l16;rate=${rate}`);
      return (await response.arrayBuffer()).byteLength / (2 * rate);
    };
    const usual = await secondsAt(16_000, "&model=aura-2-zeus-en");
    for (const rate of [8000, 24_000, 32_000, 48_000]) {
      expect(await secondsAt(rate, "&model=aura-2-zeus-en")).toBeCloseTo(usual, 2);
    }
    expect(await secondsAt(16_000, "&model=aura-2-zeus-en&speed=1.5")).toBeLessThan(usual * 0.85);
  });

  it("streams: the first sentence is there while later ones are still to be spoken", async () => {
    const asked = performance.now();
    const response = await say("This is one sentence of many, all alike. ".repeat(40));
    const arrivals: number[] = [];
    for await (const _ of response.body ?? []) arrivals.push(performance.now() - asked);
    // Relative to the whole, so that it holds on a slow machine: the first of forty sentences takes a small part of it.
    expect(arrivals.length).toBeGreaterThan(5);
    expect(arrivals[0]).toBeLessThan((arrivals.at(-1) ?? 0) / 2);
  });

  it("takes plain text", async () => {
    const response = await fetch(`${url}/v1/speak?encoding=linear16`, {
      method: "POST",
      headers: { authorization: "Bearer any", "content-type": "text/plain" },
      body: "Plain words.",
    });
    expect(response.status).toBe(200);
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(10_000);
  });

  it.each([
    ["more than 2000 characters", "x".repeat(2001), undefined, {}, 413, "Payload Too Large"],
    ["no characters", "", undefined, {}, 400, "Bad Request"],
    ["a format that is not there", "Hello.", "encoding=flac", {}, 400, "UNSUPPORTED_AUDIO_FORMAT"],
    ["an unknown voice", "Hello.", "encoding=linear16&model=aura-nobody-en", {}, 400, "Bad Request"],
    ["an unknown parameter", "Hello.", "encoding=linear16&pitch=2", {}, 400, "INVALID_QUERY_PARAMETER"],
    ["no credential", "Hello.", undefined, { authorization: "" }, 401, "INVALID_AUTH"],
    [
      "another media type",
      "Hello.",
      undefined,
      { "content-type": "text/csv" },
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
  ])("refuses %s", async (_, text, query, headers, status, code) => {
    const response = await say(text, query, headers);
    expect(response.status).toBe(status);
    const body: unknown = await response.json();
    expect(Object.values(v.parse(v.record(v.string(), v.string()), body))).toContain(code);
    expect(response.headers.get("dg-error")).not.toBeNull();
  });
});

describe("engine: as a process", () => {
  it("says where it listens, keeps strangers out with a key, and ends when its parent's pipe closes", async () => {
    const other = await startEngine("--api-key", "the-key");
    expect(other.lines.filter((line) => "ready" in line)).toHaveLength(1);
    expect((await fetch(`${other.url}/healthz`)).status).toBe(200);
    const speak = (key: string) =>
      fetch(`${other.url}/v1/speak?encoding=linear16`, {
        method: "POST",
        headers: { authorization: `Token ${key}`, "content-type": "text/plain" },
        body: "Hello.",
      });
    expect((await speak("another-key")).status).toBe(401);
    expect((await speak("the-key")).status).toBe(200);
    const ended = once(other.engine, "exit");
    other.engine.stdin?.end();
    expect(await ended).toEqual([0, null]);
  });

  it("says in one line that a port is taken", async () => {
    const port = new URL(url).port;
    const other = spawn(process.execPath, [ENGINE_MAIN, "--port", port], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let complaint = "";
    other.stderr.on("data", (chunk) => {
      complaint += String(chunk);
    });
    const [code] = await once(other, "exit");
    expect(code).toBe(1);
    expect(complaint.trim().split("\n")).toEqual([expect.stringContaining(port)]);
  });
});

const statsSchema = v.object({
  listenSockets: v.number(),
  listenSocketsTotal: v.number(),
  listenSocketsPeak: v.number(),
  lag: v.object({ backlogMs: v.number(), waitingFinals: v.number(), refusedInterims: v.number() }),
});

async function stats() {
  return v.parse(statsSchema, await (await fetch(`${url}/engine/stats`)).json());
}
