import { once } from "node:events";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { type EngineProcess, startEngine } from "../support/engine-process.ts";
import { type EngineSocket, openEngineSocket } from "../support/engine-socket.ts";

const KEY = "key-of-the-tests";
const RATE = 16_000;
const FOX = "The quick brown fox jumps over the lazy dog.";
const LIGHTS = "Please turn on the lights in the living room.";

const head = { request_id: v.pipe(v.string(), v.uuid()), sequence_id: v.number() };
const wordSchema = v.object({ word: v.string(), confidence: v.number(), start: v.number(), end: v.number() });
const turnInfoSchema = v.object({
  type: v.literal("TurnInfo"),
  ...head,
  event: v.picklist(["Update", "StartOfTurn", "EagerEndOfTurn", "TurnResumed", "EndOfTurn"]),
  trigger: v.optional(v.picklist(["model", "timeout", "manual"])),
  turn_index: v.number(),
  audio_window_start: v.number(),
  audio_window_end: v.number(),
  transcript: v.string(),
  words: v.array(wordSchema),
  end_of_turn_confidence: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  languages: v.optional(v.array(v.string())),
  languages_hinted: v.optional(v.array(v.string())),
});
const problem = { sequence_id: v.number(), code: v.string(), description: v.string() };
const messageSchema = v.variant("type", [
  v.object({ type: v.literal("Connected"), ...head }),
  turnInfoSchema,
  v.object({
    type: v.literal("ConfigureSuccess"),
    ...head,
    thresholds: v.record(v.string(), v.number()),
    keyterms: v.array(v.string()),
  }),
  v.object({ type: v.literal("ConfigureFailure"), ...head, code: v.optional(v.string()) }),
  v.object({ type: v.literal("Warning"), ...problem }),
  v.object({ type: v.literal("Error"), ...problem }),
]);
type Message = v.InferOutput<typeof messageSchema>;
type TurnInfo = v.InferOutput<typeof turnInfoSchema>;

let engine: EngineProcess;
let url: string;
let fox: Buffer;
let lights: Buffer;

beforeAll(async () => {
  engine = await startEngine("--api-key", KEY);
  url = engine.url;
  fox = await say(FOX);
  lights = await say(LIGHTS);
});

afterAll(() => engine.stop());

async function say(
  text: string,
  query = `encoding=linear16&container=none&sample_rate=${RATE}`,
): Promise<Buffer> {
  const response = await fetch(`${url}/v1/speak?${query}`, {
    method: "POST",
    headers: { authorization: `Token ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ text }),
  });
  return Buffer.from(await response.arrayBuffer());
}

const addressOf = (query: string) => `${url.replace("http", "ws")}/v2/listen?${query}`;
const RAW = `model=flux-general-en&encoding=linear16&sample_rate=${RATE}`;

const listen = (more = "") => openEngineSocket(addressOf(`${RAW}${more}`), messageSchema, ["token", KEY]);

type Live = EngineSocket<Message>;

/** Sends audio in the frames Deepgram recommends (80 ms), twice as fast as it was spoken. */
async function stream({ socket }: Live, ...audio: Buffer[]) {
  const frameBytes = RATE * 2 * 0.08;
  const whole = Buffer.concat(audio);
  for (let at = 0; at < whole.length; at += frameBytes) {
    socket.send(whole.subarray(at, at + frameBytes));
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

const send = ({ socket }: Live, message: object) => socket.send(JSON.stringify(message));

async function end(live: Live) {
  send(live, { type: "CloseStream" });
  return live.closed;
}

const silence = (seconds: number) => Buffer.alloc(seconds * RATE * 2);
const turnInfos = (messages: readonly Message[]): TurnInfo[] =>
  messages.filter((message) => message.type === "TurnInfo");
const changes = (messages: readonly Message[]) =>
  turnInfos(messages).filter((info) => info.event !== "Update");
const endsOf = (messages: readonly Message[]) =>
  turnInfos(messages).filter((info) => info.event === "EndOfTurn");
const plain = (text: string): string[] => text.toLowerCase().match(/[a-z']+/g) ?? [];

/** How many of these words were heard, in order or not. */
const heardOf = (text: string, transcript: string) =>
  plain(text).filter((word) => plain(transcript).includes(word)).length / plain(text).length;

describe("engine: Flux", () => {
  it("tells whole turns, message by message as the protocol says, and gives their words back", async () => {
    const live = await listen("&eager_eot_threshold=0.4");
    await stream(live, silence(1), fox, silence(1.6), lights, silence(1.6));
    expect(await end(live)).toEqual({ code: 1005, reason: "" });

    const { messages } = live;
    expect(messages[0]).toEqual({ type: "Connected", request_id: live.requestId, sequence_id: 0 });
    expect(messages.map((message) => message.sequence_id)).toEqual(messages.map((_, index) => index));

    const ends = endsOf(messages);
    expect(ends.map((info) => info.turn_index)).toEqual([0, 1]);
    expect(heardOf(FOX, ends[0]?.transcript ?? "")).toBeGreaterThan(0.7);
    expect(heardOf(LIGHTS, ends[1]?.transcript ?? "")).toBeGreaterThan(0.7);
    expect(ends[0]?.transcript).toMatch(/^[A-Z].*[.!?]$/);

    let told = 0;
    let before: TurnInfo | undefined;
    for (const info of turnInfos(messages)) {
      expect(info.request_id).toBe(live.requestId);
      expect(info.audio_window_end).toBeGreaterThanOrEqual(told);
      if (info.event === "Update" && info !== turnInfos(messages).at(-1))
        expect(info.audio_window_end - told).toBeGreaterThanOrEqual(0.25);
      told = info.audio_window_end;
      expect(info.words.map((word) => word.word).join(" ")).toBe(info.transcript);
      let at = info.audio_window_start;
      for (const word of info.words) {
        expect(word.start).toBeGreaterThanOrEqual(at);
        expect(word.end).toBeGreaterThanOrEqual(word.start);
        expect(word.end).toBeLessThanOrEqual(info.audio_window_end);
        at = word.end;
      }
      if (info.event === "StartOfTurn" || info.event === "EagerEndOfTurn")
        expect(info.transcript).not.toBe("");
      if (info.event === "EndOfTurn") {
        expect(info.trigger).toBe("model");
        expect(info.end_of_turn_confidence).toBeGreaterThanOrEqual(0.7);
        expect(info.transcript).toBe(before?.transcript);
      } else expect(info.trigger).toBeUndefined();
      if (info.event !== "Update") before = info;
    }
    // Silence before the first word is told of, too.
    expect(turnInfos(messages)[0]).toMatchObject({ event: "Update", transcript: "", turn_index: 0 });
    expect(
      changes(messages)
        .map((info) => info.event)
        .join(" "),
    ).toMatch(/^(StartOfTurn EagerEndOfTurn( TurnResumed EagerEndOfTurn)* EndOfTurn ?){2}$/);
    expect(told).toBeCloseTo(5.8 - 1.6 + (fox.length + lights.length) / (2 * RATE), 2);
  });

  it("ends a turn when told to, and warns when there is none", async () => {
    const live = await listen("&eot_threshold=1.0&eot_timeout_ms=60000");
    await stream(live, fox, silence(2));
    expect(endsOf(live.messages)).toEqual([]);
    send(live, { type: "ForceEndTurn" });
    await expect.poll(() => endsOf(live.messages)).toHaveLength(1);
    send(live, { type: "ForceEndTurn" });
    expect(await end(live)).toMatchObject({ code: 1005 });
    expect(endsOf(live.messages)).toMatchObject([{ trigger: "manual", turn_index: 0 }]);
    expect(live.messages.filter((message) => message.type === "Warning")).toMatchObject([
      { code: "FORCE_END_TURN_NO_ACTIVE_TURN" },
    ]);
  });

  it("takes new settings on the way, and says what is wrong with others", async () => {
    const live = await listen("&eot_threshold=1.0&eot_timeout_ms=60000");
    send(live, { type: "Configure", thresholds: { eot_threshold: 2 } });
    send(live, { type: "Configure", thresholds: { eot_threshold: 0.6, eager_eot_threshold: 0.7 } });
    send(live, { type: "Configure", thresholds: { eot_timeout_ms: 1000 }, keyterms: ["fox"] });
    await expect.poll(() => live.messages.length).toBe(4);
    expect(live.messages.slice(1)).toMatchObject([
      { type: "ConfigureFailure", code: "INVALID_THRESHOLD", sequence_id: 1 },
      { type: "ConfigureFailure", code: "INVALID_THRESHOLD", sequence_id: 2 },
      {
        type: "ConfigureSuccess",
        thresholds: { eot_threshold: 1, eot_timeout_ms: 1000 },
        keyterms: ["fox"],
        sequence_id: 3,
      },
    ]);
    await stream(live, fox, silence(1.5));
    expect(await end(live)).toMatchObject({ code: 1005 });
    expect(endsOf(live.messages)).toMatchObject([{ trigger: "timeout" }]);
  });

  it("leaves a turn open that the stream's end cuts off, but tells its words", async () => {
    const live = await listen();
    await stream(live, fox);
    expect(await end(live)).toEqual({ code: 1005, reason: "" });
    const last = turnInfos(live.messages).at(-1);
    expect(last?.event).not.toBe("EndOfTurn");
    expect(heardOf(FOX, last?.transcript ?? "")).toBeGreaterThan(0.7);
    expect(last?.audio_window_end).toBeCloseTo(fox.length / (2 * RATE), 3);
    expect(endsOf(live.messages)).toEqual([]);
  });

  it.each([
    ["KeepAlive", '{"type":"KeepAlive"}'],
    ["what is no JSON", "hello"],
    ["an audio frame turned into text", "[object Blob]"],
  ])("takes %s for the end of the session", async (_, frame) => {
    const live = await listen();
    live.socket.send(frame);
    live.socket.send(frame);
    expect(await live.closed).toMatchObject({ code: 1005 });
    expect(live.messages).toMatchObject([
      { type: "Connected" },
      { type: "Error", code: "UNPARSABLE_CLIENT_MESSAGE", sequence_id: 1 },
    ]);
  });

  it.each(["mulaw", "alaw"])("reads silence and nothing else in %s", async (encoding) => {
    const socket = new WebSocket(
      addressOf(`model=flux-general-multi&encoding=${encoding}&sample_rate=8000`),
      {
        headers: { authorization: `Bearer ${KEY}` },
      },
    );
    const messages: Message[] = [];
    socket.on("message", (data) => messages.push(v.parse(messageSchema, JSON.parse(String(data)))));
    await once(socket, "open");
    socket.send(Buffer.alloc(8000, encoding === "mulaw" ? 0xff : 0xd5));
    socket.send('{"type":"CloseStream"}');
    await once(socket, "close");
    expect(turnInfos(messages).at(-1)).toMatchObject({
      event: "Update",
      transcript: "",
      audio_window_end: 1,
      languages: [],
      languages_hinted: [],
    });
  });

  it("takes WAV as it is, and nothing that is compressed", async () => {
    const answer = async (bytes: Buffer) => {
      const socket = new WebSocket(addressOf("model=flux-general-en"), ["token", KEY]);
      const messages: Message[] = [];
      socket.on("message", (data) => messages.push(v.parse(messageSchema, JSON.parse(String(data)))));
      await once(socket, "open");
      for (let at = 0; at < bytes.length; at += 8000) socket.send(bytes.subarray(at, at + 8000));
      socket.send('{"type":"CloseStream"}');
      const [code] = await once(socket, "close");
      return { code, transcript: turnInfos(messages).at(-1)?.transcript };
    };
    const wav = await say(FOX, "encoding=linear16&container=wav&sample_rate=24000");
    const heard = await answer(wav);
    expect(heard.code).toBe(1005);
    expect(heardOf(FOX, heard.transcript ?? "")).toBeGreaterThan(0.7);
    expect(await answer(Buffer.from("OggS and more"))).toMatchObject({ code: 1008 });
  });

  it.each([
    ["no model", `encoding=linear16&sample_rate=${RATE}`, KEY, 400],
    ["a model of v1", `model=nova-3&encoding=linear16&sample_rate=${RATE}`, KEY, 400],
    ["a language", `${RAW}&language=en`, KEY, 400],
    ["channels", `${RAW}&channels=1`, KEY, 400],
    ["interim results, before the credential", `${RAW}&interim_results=true`, "another-key", 400],
    ["punctuation", `${RAW}&punctuate=true`, KEY, 400],
    ["an eager threshold above the other", `${RAW}&eager_eot_threshold=0.8`, KEY, 400],
    ["an empty language hint", `${RAW.replace("-en", "-multi")}&language_hint=`, KEY, 400],
    ["another rate", RAW.replace("16000", "11025"), KEY, 400],
    ["another key", RAW, "another-key", 401],
    ["a bad value, behind another key", `${RAW}&eot_threshold=7`, "another-key", 401],
  ])("refuses %s", async (_, query, key, status) => {
    const socket = new WebSocket(addressOf(query), { headers: { authorization: `Token ${key}` } });
    socket.on("error", () => undefined);
    const [, response] = await once(socket, "unexpected-response");
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk);
    const answer: unknown = JSON.parse(Buffer.concat(chunks).toString());
    expect(response.statusCode).toBe(status);
    expect(answer).toMatchObject({ request_id: response.headers["dg-request-id"] });
    expect(response.headers["dg-error"]).toBeTypeOf("string");
    socket.terminate();
  });
});
