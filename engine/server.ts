import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Ears } from "./ears.ts";
import { LISTEN_PARAMETERS, type ListenOptions, parseListenQuery } from "./listen/query.ts";
import { serveListenSocket } from "./listen/socket.ts";
import { SPEAK_PARAMETERS } from "./speak/query.ts";
import type { SpeakQuestion } from "./speak/questions.ts";
import { handleSpeak } from "./speak/route.ts";
import { createSocketCount } from "./stats.ts";
import { isAccepted, readCredential } from "./wire/credentials.ts";
import {
  errorBody,
  internalError,
  invalidCredentials,
  methodNotAllowed,
  notFound,
  upgradeRequired,
  type WireError,
} from "./wire/errors.ts";
import { type Query, readQuery, refuseUnknown } from "./wire/query.ts";

export type EngineServerOptions = {
  ears: Ears;
  synthesise(question: SpeakQuestion): Promise<Float32Array>;
  /** The only key that is let in, or `null` to let in any credential. */
  apiKey: string | null;
};

export type EngineServer = {
  /** Resolves to the port in use. Rejects when it is taken. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
};

/** Far above a second of audio at any rate; a larger frame is a mistake and closes the socket (1009). */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;

const EXPOSED_HEADERS = "dg-model-name,dg-model-uuid,dg-char-count,dg-request-id,dg-error";

const clock = { nowMs: () => performance.now(), date: () => new Date() };

/** The engine's HTTP host: routes in, answers out. What is said and heard is decided elsewhere. */
export function createEngineServer({ ears, synthesise, apiKey }: EngineServerOptions): EngineServer {
  const sockets = createSocketCount();
  const http = createServer((request, response) => {
    const requestId = randomUUID();
    response.setHeader("dg-request-id", requestId);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    const refuse = (error: WireError) => {
      if (response.headersSent) return void response.destroy();
      response.writeHead(error.status, { "content-type": "application/json", "dg-error": error.message });
      response.end(errorBody(error, requestId));
    };
    route(request, response, refuse).catch(() => refuse(internalError()));
  });

  const route = async (
    request: IncomingMessage,
    response: ServerResponse,
    refuse: (error: WireError) => void,
  ) => {
    const url = urlOf(request);
    switch (url.pathname) {
      case "/healthz":
        return sendJson(response, { ok: true });
      case "/engine/stats":
        return sendJson(response, {
          ...sockets.counts(),
          lag: {
            backlogMs: Math.round(sockets.largestBacklogSeconds() * 1000),
            waitingFinals: ears.scheduler.waitingFinals(),
            refusedInterims: ears.scheduler.refusedInterims(),
          },
        });
      case "/v1/listen":
        return refuse(upgradeRequired());
      case "/v1/speak": {
        if (request.method !== "POST") return refuse(methodNotAllowed());
        const query = readQuery(url.searchParams);
        const error = refuseUnknown(query, SPEAK_PARAMETERS) ?? refuseStranger(request, []);
        return error === null ? handleSpeak(request, response, query, { synthesise, refuse }) : refuse(error);
      }
      default:
        return refuse(notFound());
    }
  };

  const refuseStranger = (request: IncomingMessage, subprotocols: readonly string[]): WireError | null =>
    isAccepted(readCredential(request.headers.authorization, subprotocols), apiKey)
      ? null
      : invalidCredentials();

  const websockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    // Only the scheme word is echoed, never the secret beside it (reference 1.1).
    handleProtocols: (offered) => readCredential(undefined, [...offered])?.scheme ?? false,
  });
  const requestIds = new WeakMap<IncomingMessage, string>();
  websockets.on("headers", (headers, request) => {
    headers.push(`dg-request-id: ${requestIds.get(request) ?? randomUUID()}`);
    headers.push("access-control-allow-origin: *", `access-control-expose-headers: ${EXPOSED_HEADERS}`);
  });

  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const requestId = randomUUID();
    requestIds.set(request, requestId);
    const admitted = admitListener(request, refuseStranger);
    if (!admitted.ok) return refuseUpgrade(socket, admitted.error, requestId);
    const { options } = admitted;
    websockets.handleUpgrade(request, socket, head, (websocket) => {
      const { backlogSeconds } = serveListenSocket({ socket: websocket, ears, options, requestId, clock });
      const leave = sockets.enter(backlogSeconds);
      websocket.on("close", leave);
    });
  });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        http.once("error", reject);
        http.listen(port, host, () => {
          const address = http.address();
          if (address === null || typeof address === "string") reject(new Error("no port"));
          else resolve(address.port);
        });
      }),
    async close() {
      for (const websocket of websockets.clients) websocket.close(1012, "The engine is shutting down.");
      http.close();
      http.closeAllConnections();
      for (const websocket of websockets.clients) websocket.terminate();
    },
  };
}

type Admission = { ok: true; options: ListenOptions } | { ok: false; error: WireError };

/** Unknown names are refused before credentials, bad values after them (reference 1.4, order of checks). */
function admitListener(
  request: IncomingMessage,
  refuseStranger: (request: IncomingMessage, subprotocols: readonly string[]) => WireError | null,
): Admission {
  const url = urlOf(request);
  if (url.pathname !== "/v1/listen") return { ok: false, error: notFound() };
  const query: Query = readQuery(url.searchParams);
  const subprotocols = (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((entry) => entry.trim());
  const error = refuseUnknown(query, LISTEN_PARAMETERS) ?? refuseStranger(request, subprotocols);
  return error === null ? parseListenQuery(query) : { ok: false, error };
}

function refuseUpgrade(socket: Duplex, error: WireError, requestId: string): void {
  const body = errorBody(error, requestId);
  socket.end(
    [
      `HTTP/1.1 ${error.status} ${error.status === 401 ? "Unauthorized" : "Refused"}`,
      "connection: close",
      "content-type: application/json",
      `content-length: ${Buffer.byteLength(body)}`,
      `dg-request-id: ${requestId}`,
      // A header line holds no line breaks and nothing outside Latin-1; messages may quote what the client sent.
      `dg-error: ${error.message.replace(/[^\x20-\x7e]/g, "?")}`,
      "",
      body,
    ].join("\r\n"),
  );
}

function urlOf(request: IncomingMessage): URL {
  return URL.parse(request.url ?? "/", "http://engine") ?? new URL("http://engine/");
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
