import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import * as v from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { localUrl } from "../../../testing/local-url.ts";
import { hearOn, type LiveProvider, sayingFinals } from "../../support/live-provider.ts";
import { confidential, providerFaults } from "./bodies.ts";

/** Bytes of audio for which a sentence is said. */
const sentenceBytes = 8_000;
const sentenceS = 0.25;

const SpeakSchema = v.object({ text: v.string() });

/**
 * A provider on Deepgram's wire, all of it that the Worker asks: it hears a sentence in every 8,000 bytes of whatever is
 * sent, says something for a text, and does what a text names as a fault.
 */
export async function startProvider(): Promise<LiveProvider> {
  const server = createServer({ maxHeaderSize: 512 * 1024 }, (request, response) => {
    textOf(request)
      .then((body) => answer(new URL(request.url ?? "/", "http://provider"), body, response))
      .catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (socket, { url = "" }) => {
    // A client that is cut off is no matter.
    socket.on("error", () => {});
    if (url.startsWith("/v2/")) hearTurns(socket);
    else hearOn(socket, sayingFinals(sentenceBytes, sentenceS, sentence));
  });
  server.keepAliveTimeout = 10 * 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: localUrl(server),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function sentence(number: number): string {
  return `The ${confidential} of number ${number} is asleep.`;
}

/** Flux, which hears nothing but silence here. */
function hearTurns(socket: WebSocket): void {
  socket.send(JSON.stringify({ type: "Connected", request_id: "r", sequence_id: 0 }));
  socket.on("message", (data, isBinary) => {
    if (!isBinary && String(data).includes("CloseStream")) socket.close(1000);
  });
}

function answer({ pathname, searchParams }: URL, body: string, response: ServerResponse): void {
  const json = { "content-type": "application/json" };
  if (pathname === "/v1/auth/grant") {
    response
      .writeHead(200, json)
      .end(JSON.stringify({ access_token: "granted-by-the-provider", expires_in: 30 }));
    return;
  }
  if (pathname === "/v1/listen") {
    const channel = { alternatives: [{ transcript: `A late ${confidential}.`, confidence: 1, words: [] }] };
    response.writeHead(200, json).end(JSON.stringify({ metadata: {}, results: { channels: [channel] } }));
    return;
  }
  const asked = v.safeParse(v.pipe(v.string(), v.parseJson(), SpeakSchema), body);
  const text = asked.success ? asked.output.text : "";
  switch (providerFaults.find((fault) => text.includes(fault))) {
    case "provider-401":
      response
        .writeHead(401, json)
        .end(JSON.stringify({ err_code: "INVALID_AUTH", err_msg: "Invalid credentials." }));
      return;
    case "provider-429":
      response
        .writeHead(429, json)
        .end(JSON.stringify({ err_code: "TOO_MANY_REQUESTS", err_msg: "Too many." }));
      return;
    case "provider-500":
      response.writeHead(500, { "content-type": "text/plain" }).end("Something broke.");
      return;
    case "provider-cut":
      response.writeHead(200, { "content-type": "audio/mpeg" }).write(Buffer.alloc(100, 1));
      setTimeout(() => response.socket?.resetAndDestroy(), 5);
      return;
    case "provider-empty":
      response.writeHead(200, { "content-type": "audio/mpeg" }).end();
      return;
    default:
      response.writeHead(200, { "content-type": "audio/mpeg" }).end(silenceFor(text, searchParams));
  }
}

/** Frames of MP3 (MPEG-2, 24 kHz, mono) without sound; in every other encoding bytes that stand for themselves. */
function silenceFor(text: string, query: URLSearchParams): Buffer {
  if ((query.get("encoding") ?? "mp3") !== "mp3") return Buffer.alloc(text.length * 2, 1);
  const [bitRate, index] = query.get("bit_rate") === "32000" ? [32_000, 4] : [48_000, 6];
  const frame = Buffer.alloc((72 * bitRate) / 24_000);
  frame.set([0xff, 0xf3, (index << 4) | (1 << 2), 0xc4]);
  return Buffer.concat(Array<Buffer>(1 + Math.ceil(text.length / 40)).fill(frame));
}
