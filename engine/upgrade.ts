import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { Ears } from "./ears.ts";
import { FLUX_PARAMETERS, type FluxOptions, parseFluxQuery } from "./flux/query.ts";
import { serveFluxSocket } from "./flux/socket.ts";
import { LISTEN_PARAMETERS, type ListenOptions, parseListenQuery } from "./listen/query.ts";
import { serveListenSocket } from "./listen/socket.ts";
import type { SocketCount } from "./stats.ts";
import { readCredential } from "./wire/credentials.ts";
import type { Door } from "./wire/door.ts";
import { errorBody, internalError, notFound, tooManyRequests, type WireError } from "./wire/errors.ts";
import { EXPOSED_HEADERS, headerText } from "./wire/headers.ts";
import { readQuery, refuseUnknown } from "./wire/query.ts";
import { urlOf } from "./wire/url.ts";

export type UpgradeOptions = {
  ears: Ears;
  door: Door;
  sockets: SocketCount;
  /** Live sockets at once, or `null` for any number. */
  concurrency: number | null;
  speedCap: number | null;
};

/** Far above a second of audio at any rate; a larger frame is a mistake and closes the socket (1009). */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;

const clock = { nowMs: () => performance.now(), date: () => new Date() };

/** Lets live streams in. The answer holds the sockets that are open. */
export function acceptSockets(http: Server, options: UpgradeOptions): WebSocketServer {
  const { ears, door, sockets, concurrency, speedCap } = options;
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

  const accept = async (request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string) => {
    const admitted = await admit(request, door);
    if (!admitted.ok) return refuseUpgrade(socket, admitted.error, requestId);
    if (concurrency !== null && sockets.counts().listenSockets >= concurrency)
      return refuseUpgrade(socket, tooManyRequests(), requestId);
    websockets.handleUpgrade(request, socket, head, (websocket) => {
      const host = { socket: websocket, ears, requestId, clock, speedCap };
      const { backlogSeconds } =
        admitted.kind === "flux"
          ? serveFluxSocket({ ...host, options: admitted.options })
          : serveListenSocket({ ...host, options: admitted.options });
      const leave = sockets.enter(backlogSeconds);
      websocket.on("close", leave);
    });
  };

  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const requestId = randomUUID();
    requestIds.set(request, requestId);
    accept(request, socket, head, requestId).catch(() => refuseUpgrade(socket, internalError(), requestId));
  });
  return websockets;
}

type Admission =
  | { ok: true; kind: "live"; options: ListenOptions }
  | { ok: true; kind: "flux"; options: FluxOptions }
  | { ok: false; error: WireError };

/** Unknown names are refused before credentials, bad values after them (reference 1.4, order of checks). */
async function admit(request: IncomingMessage, door: Door): Promise<Admission> {
  const url = urlOf(request);
  const isFlux = url.pathname === "/v2/listen";
  if (!isFlux && url.pathname !== "/v1/listen") return { ok: false, error: notFound() };
  const query = readQuery(url.searchParams);
  const subprotocols = (request.headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((entry) => entry.trim());
  const error =
    refuseUnknown(query, isFlux ? FLUX_PARAMETERS : LISTEN_PARAMETERS) ??
    (await door.refuse(readCredential(request.headers.authorization, subprotocols)));
  if (error !== null) return { ok: false, error };
  if (isFlux) {
    const parsed = parseFluxQuery(query);
    return parsed.ok ? { ...parsed, kind: "flux" } : parsed;
  }
  const parsed = parseListenQuery(query);
  return parsed.ok ? { ...parsed, kind: "live" } : parsed;
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
      `dg-error: ${headerText(error.message)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
