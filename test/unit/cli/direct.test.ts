import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { playAtOnce } from "../../../cli/wer/at-once.ts";
import { listenDirectly, listenPath } from "../../../cli/wer/direct.ts";
import { nova } from "../../../party/room/upstream/nova.ts";

const format = { encoding: "linear16", sampleRate: 16_000, channels: 1 } as const;
const audio = { format, data: new Uint8Array(6_500) };

describe("a recording straight into the engine", () => {
  let provider: WebSocketServer;
  let url: string;
  let heard: { path: string | undefined; protocol: string; bytes: number };
  let answers: readonly unknown[];
  let code: number;

  beforeEach(async () => {
    heard = { path: undefined, protocol: "", bytes: 0 };
    answers = [];
    code = 1000;
    provider = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => "token" });
    provider.on("connection", (socket, request) => {
      heard.path = request.url;
      heard.protocol = String(request.headers["sec-websocket-protocol"]);
      socket.on("message", (data: Buffer, isBinary: boolean) => {
        if (isBinary) heard.bytes += data.length;
        else if (String(data) === '{"type":"CloseStream"}') {
          for (const answer of answers) socket.send(JSON.stringify(answer));
          socket.close(code);
        }
      });
    });
    await once(provider, "listening");
    const address = provider.address();
    if (typeof address !== "object" || address === null) throw new Error("no port");
    url = `http://127.0.0.1:${address.port}`;
  });
  afterEach(() => provider.close());

  const results = (transcript: string, isFinal: boolean) => ({
    type: "Results",
    start: 0.5,
    duration: 1,
    is_final: isFinal,
    channel: {
      alternatives: [
        { transcript, words: [{ word: "hello", punctuated_word: "Hello.", start: 0.6, end: 1.2345 }] },
      ],
    },
  });

  it("asks what a room asks", () => {
    expect(listenPath(format)).toBe(nova.livePath(format, {}));
  });

  it("sends everything and tells what was shown, in milliseconds", async () => {
    answers = [results("hello", false), results("Hello.", true), results("", true), { type: "Metadata" }];
    const { segments, shown } = await listenDirectly({ url, apiKey: "the-key" }, audio, playAtOnce);
    expect(heard).toEqual({ path: listenPath(format), protocol: "token, the-key", bytes: 6_500 });
    const final = {
      id: "0",
      session: "direct",
      start: 500,
      end: 1_500,
      text: "Hello.",
      at: 0,
      version: 0,
      kind: "speech",
      words: [{ text: "Hello.", start: 600, end: 1_235 }],
    };
    expect(segments).toEqual([final]);
    expect(shown.map(({ finals, interim }) => [finals.length, interim])).toEqual([
      [0, { start: 500, end: 1_500, text: "hello" }],
      [1, null],
      [1, null],
    ]);
  });

  it("fails when the stream does not end in order", async () => {
    code = 1011;
    await expect(listenDirectly({ url, apiKey: "the-key" }, audio, playAtOnce)).rejects.toThrow("1011");
  });
});
