import { createHash } from "node:crypto";
import { once } from "node:events";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";
import { wavFile } from "../support/wav-file.ts";
import { wordErrorRate } from "../support/word-errors.ts";

const RATE = 16_000;
const FIRST = "The quick brown fox jumps over the lazy dog.";
const SECOND = "Please turn on the lights in the living room.";

const wordSchema = v.object({
  word: v.string(),
  start: v.number(),
  end: v.number(),
  confidence: v.number(),
  punctuated_word: v.optional(v.string()),
});
const spanSchema = { start: v.number(), end: v.number() };
const answerSchema = v.strictObject({
  metadata: v.strictObject({
    transaction_key: v.literal("deprecated"),
    request_id: v.pipe(v.string(), v.uuid()),
    sha256: v.string(),
    created: v.pipe(v.string(), v.isoTimestamp()),
    duration: v.number(),
    channels: v.number(),
    models: v.array(v.string()),
    model_info: v.record(
      v.string(),
      v.strictObject({ name: v.string(), version: v.string(), arch: v.string() }),
    ),
    extra: v.optional(v.record(v.string(), v.string())),
    tags: v.optional(v.array(v.string())),
  }),
  results: v.strictObject({
    channels: v.array(
      v.strictObject({
        alternatives: v.array(
          v.strictObject({
            transcript: v.string(),
            confidence: v.number(),
            words: v.array(wordSchema),
            paragraphs: v.optional(
              v.strictObject({
                transcript: v.string(),
                paragraphs: v.array(
                  v.strictObject({
                    ...spanSchema,
                    num_words: v.number(),
                    sentences: v.array(v.strictObject({ text: v.string(), ...spanSchema })),
                  }),
                ),
              }),
            ),
          }),
        ),
      }),
    ),
    utterances: v.optional(
      v.array(
        v.strictObject({
          ...spanSchema,
          id: v.pipe(v.string(), v.uuid()),
          confidence: v.number(),
          channel: v.literal(0),
          transcript: v.string(),
          words: v.array(wordSchema),
        }),
      ),
    ),
  }),
});

let engine: EngineProcess;
let speech: Buffer;

const silence = (seconds: number) => Buffer.alloc(seconds * RATE * 2);

async function say(text: string): Promise<Buffer> {
  const response = await fetch(
    `${engine.url}/v1/speak?encoding=linear16&container=none&sample_rate=${RATE}`,
    {
      method: "POST",
      headers: { authorization: "Token any", "content-type": "text/plain" },
      body: text,
    },
  );
  return Buffer.from(await response.arrayBuffer());
}

function post(
  query: string,
  body: Uint8Array | string,
  headers: Record<string, string> = {},
  path = "listen",
) {
  return fetch(`${engine.url}/v1/${path}?${query}`, {
    method: "POST",
    headers: { authorization: "Token any", "content-type": "audio/wav", ...headers },
    body: typeof body === "string" ? body : Buffer.from(body),
  });
}

beforeAll(async () => {
  engine = await startEngine();
  speech = Buffer.concat([silence(1), await say(FIRST), silence(1.5), await say(SECOND), silence(0.5)]);
});

afterAll(() => engine.stop());

describe("engine: recordings", () => {
  it("are answered with their words, utterances and paragraphs", async () => {
    const file = wavFile({ encoding: "linear16", sampleRate: RATE, channels: 1 }, speech);
    const response = await post("smart_format=true&utterances=true&tag=show&extra=a:b", file);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    const { metadata, results } = v.parse(answerSchema, await response.json());
    const seconds = speech.length / (2 * RATE);
    expect(metadata).toMatchObject({
      request_id: response.headers.get("dg-request-id"),
      sha256: createHash("sha256").update(file).digest("hex"),
      channels: 1,
      extra: { a: "b" },
      tags: ["show"],
    });
    expect(metadata.duration).toBeCloseTo(seconds, 4);
    expect(Object.keys(metadata.model_info)).toEqual(metadata.models);

    const said = results.channels[0]?.alternatives[0];
    expect(results.channels).toHaveLength(1);
    expect(wordErrorRate(`${FIRST} ${SECOND}`, said?.transcript ?? "")).toBeLessThan(0.2);
    expect(said?.words.map((word) => word.punctuated_word).join(" ")).toBe(said?.transcript);
    let at = 0.8;
    for (const { start, end, confidence } of said?.words ?? []) {
      expect(start).toBeGreaterThanOrEqual(at - 1e-6);
      expect(end).toBeGreaterThan(start);
      expect(end).toBeLessThanOrEqual(seconds);
      expect(confidence).toBeGreaterThan(0);
      at = start;
    }
    expect(results.utterances).toHaveLength(2);
    expect(wordErrorRate(SECOND, results.utterances?.[1]?.transcript ?? "")).toBeLessThan(0.25);
    expect(said?.paragraphs?.paragraphs[0]?.sentences.length).toBeGreaterThan(0);
  });

  it("may be raw, with nothing asked beside the words", async () => {
    const response = await post(`encoding=linear16&sample_rate=${RATE}`, speech, {
      "content-type": "application/octet-stream",
    });
    const { results } = v.parse(answerSchema, await response.json());
    const said = results.channels[0]?.alternatives[0];
    expect(said?.transcript).toBe(said?.transcript.toLowerCase());
    expect(said?.words.every((word) => word.punctuated_word === undefined)).toBe(true);
    expect(said?.paragraphs).toBeUndefined();
    expect(results.utterances).toBeUndefined();
  });

  it("may be silent", async () => {
    const response = await post(
      "utterances=true",
      wavFile({ encoding: "linear16", sampleRate: RATE, channels: 1 }, silence(3)),
    );
    const { results, metadata } = v.parse(answerSchema, await response.json());
    expect(metadata.duration).toBe(3);
    expect(results).toEqual({
      channels: [{ alternatives: [{ transcript: "", confidence: 0, words: [] }] }],
      utterances: [],
    });
  });

  it("wait for live streams, which keep their finals", async () => {
    const long = wavFile(
      { encoding: "linear16", sampleRate: RATE, channels: 1 },
      Buffer.concat(Array(6).fill(speech)),
    );
    const recordings = [post("", long), post("", long)];
    const socket = new WebSocket(
      `${engine.url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${RATE}&interim_results=true`,
      { headers: { authorization: "Token any" } },
    );
    await once(socket, "open");
    let finalMs = 0;
    socket.on("message", (data) => {
      if (String(data).includes('"speech_final":true')) finalMs = performance.now();
    });
    const spoken = speech.subarray(0, -silence(0.5).length);
    for (let at = 0; at < spoken.length; at += 3200) {
      socket.send(spoken.subarray(at, at + 3200));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const sentMs = performance.now();
    socket.send('{"type":"CloseStream"}');
    await once(socket, "close");
    expect(finalMs - sentMs).toBeLessThan(2000);
    for (const recording of recordings) expect((await recording).status).toBe(200);
  });

  it.each<[string, string, Uint8Array | string, Record<string, string>, number, object]>([
    [
      "what is no audio",
      "",
      "hello",
      {},
      400,
      { err_msg: "Bad Request: failed to process audio: corrupt or unsupported data" },
    ],
    ["nothing", "", "", {}, 400, { err_code: "Bad Request" }],
    [
      "a URL without its content type",
      "",
      '{"url":"https://example.com/a.wav"}',
      { "content-type": "application/x-www-form-urlencoded" },
      400,
      { err_msg: "Bad Request: failed to process audio: corrupt or unsupported data" },
    ],
    [
      "a URL",
      "",
      '{"url":"https://example.com/a.wav"}',
      { "content-type": "application/json" },
      400,
      { category: "REMOTE_CONTENT_ERROR" },
    ],
    ["broken JSON", "", "{", { "content-type": "application/json" }, 400, { category: "INVALID_JSON" }],
    ["other JSON", "", "{}", { "content-type": "application/json" }, 400, { category: "PAYLOAD_ERROR" }],
    [
      "an unknown parameter, before the credential",
      "sing=true",
      "",
      { authorization: "" },
      400,
      { category: "INVALID_QUERY_PARAMETER" },
    ],
    [
      "a bad value, after the credential",
      "utt_split=x",
      "",
      { authorization: "" },
      401,
      { err_code: "INVALID_AUTH" },
    ],
    ["a bad value", "utt_split=x", "", {}, 400, { err_code: "Bad Request" }],
    [
      "a Flux model",
      "model=flux-general-en",
      "",
      {},
      400,
      { err_msg: "No such model/language/tier combination found." },
    ],
  ])("refuses %s", async (_, query, body, headers, status, answer) => {
    const response = await post(query, body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      ...answer,
      request_id: response.headers.get("dg-request-id"),
    });
    expect(response.headers.get("dg-error")).not.toBeNull();
  });

  it("refuses a recording that is too large, on a connection that stays good", async () => {
    const large = Buffer.alloc(257 * 1024 * 1024);
    const response = await post(`encoding=linear16&sample_rate=${RATE}`, large);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ category: "PAYLOAD_TOO_LARGE" });
    expect((await post("", "hello")).status).toBe(400);
  });
});

const grantSchema = v.strictObject({ access_token: v.string(), expires_in: v.number() });

describe("engine: short-lived tokens", () => {
  const grant = (body: string, headers: Record<string, string> = {}) =>
    post("", body, { "content-type": "application/json", ...headers }, "auth/grant");
  const speakWith = async (authorization: string) =>
    (await post("encoding=linear16", "Hi.", { authorization, "content-type": "text/plain" }, "speak")).status;
  const open = async (protocols: string[]) => {
    const address = `${engine.url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${RATE}`;
    const socket = new WebSocket(address, protocols);
    socket.on("error", () => undefined);
    const opened = once(socket, "open").then(() => 101);
    const refused = once(socket, "unexpected-response").then(([, response]) => Number(response.statusCode));
    return { socket, status: await Promise.race([opened, refused]) };
  };

  it("open every route as Bearer until they expire, and nothing as Token", async () => {
    const granted = v.parse(grantSchema, await (await grant('{"ttl_seconds":2}')).json());
    expect(granted.expires_in).toBe(2);
    const token = granted.access_token;
    const live = await open(["bearer", token]);
    expect(live.status).toBe(101);
    expect(live.socket.protocol).toBe("bearer");
    expect(await speakWith(`Bearer ${token}`)).toBe(200);
    expect(await speakWith(`Token ${token}`)).toBe(401);
    expect((await open(["token", token])).status).toBe(401);
    expect((await grant("", { authorization: `Bearer ${token}` })).status).toBe(403);

    await expect.poll(() => speakWith(`Bearer ${token}`), { timeout: 10_000, interval: 200 }).toBe(401);
    expect((await open(["bearer", token])).status).toBe(401);
    // An open socket goes on: the token was for opening it.
    live.socket.send('{"type":"CloseStream"}');
    expect((await once(live.socket, "close"))[0]).toBe(1000);
  });

  it("live for half a minute unless told otherwise", async () => {
    const granted = v.parse(grantSchema, await (await grant("")).json());
    expect(granted.expires_in).toBe(30);
  });

  it.each([
    ["no key", "", { authorization: "" }, 401],
    ["too long a life", '{"ttl_seconds":3601}', {}, 400],
    ["broken JSON", "{", {}, 400],
  ])("are refused for %s", async (_, body, headers, status) => {
    const response = await grant(body, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ request_id: response.headers.get("dg-request-id") });
  });
});

describe("engine: caps", () => {
  it("refuses one stream too many, and reads no faster than told", async () => {
    const capped = await startEngine("--concurrency", "1", "--speed-cap", "1.25");
    try {
      const address = `${capped.url.replace("http", "ws")}/v1/listen?encoding=linear16&sample_rate=${RATE}`;
      const options = { headers: { authorization: "Token any" } };
      const first = new WebSocket(address, options);
      await once(first, "open");
      const second = new WebSocket(address, options);
      second.on("error", () => undefined);
      const [, response] = await once(second, "unexpected-response");
      expect(response.statusCode).toBe(429);
      const body: Buffer[] = [];
      for await (const chunk of response) body.push(chunk);
      expect(JSON.parse(String(Buffer.concat(body)))).toMatchObject({
        err_code: "TOO_MANY_REQUESTS",
        err_msg: "Too many requests. Please try again later",
      });

      const sentMs = performance.now();
      for (let second = 0; second < 6; second++) first.send(silence(1));
      first.send('{"type":"CloseStream"}');
      const [code] = await once(first, "close");
      expect(code).toBe(1000);
      // Six seconds at 1.25 times the speed of speech, less what may come at once.
      expect(performance.now() - sentMs).toBeGreaterThan(6000 / 1.25 - 2000 - 100);

      const third = new WebSocket(address, options);
      await once(third, "open");
      third.terminate();
    } finally {
      await capped.stop();
    }
  });
});
