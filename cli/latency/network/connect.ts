import { lookup as dnsLookup } from "node:dns/promises";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { isIP, connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { WebSocket } from "ws";
import { messageOf } from "../../errors.ts";
import type { Phase, Sample } from "./sample.ts";

export type Target = {
  /** http, https, ws or wss. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Take any certificate. */
  readonly insecure: boolean;
};

export type Address = { readonly address: string; readonly family: 4 | 6 };
export type Lookup = (host: string) => Promise<readonly Address[]>;

/** As this machine does it, for every program. */
export const lookUp: Lookup = async (host) =>
  (await dnsLookup(host, { all: true })).map(({ address, family }) => ({
    address,
    family: family === 6 ? 6 : 4,
  }));

/** No connection takes longer: what does has failed in the phase it was in. */
const withinMs = 10_000;

/**
 * Opens one connection of its own, closes it again, and tells what each phase took. Never rejects, but for `signal`:
 * what goes wrong is in the sample.
 */
export async function sampleConnection(
  target: Target,
  iteration: number,
  lookup: Lookup,
  signal: AbortSignal,
): Promise<Sample> {
  const { url, insecure } = target;
  const isWebSocket = url.protocol.startsWith("ws");
  const isSecure = url.protocol === "wss:" || url.protocol === "https:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const limit = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  const timestamp = new Date().toISOString();
  const began = performance.now();
  let phase: Phase = "dns";
  let socket: Socket | null = null;
  let dns: Sample["dns"];
  let tcpMs: number | undefined;
  let tlsMs: number | undefined;
  let answer: { readonly ms: number; readonly status: number; readonly requestId?: string } | null = null;
  let totalMs: number | undefined;
  let error: string | undefined;

  let last = began;
  const lap = (): number => {
    const now = performance.now();
    const ms = now - last;
    last = now;
    return ms;
  };
  try {
    const addresses = await aborted(lookup(host), limit);
    dns = { dns_ms: round(lap()), ...(addresses[0] === undefined ? {} : { ip: addresses[0].address }) };

    phase = "tcp";
    const tcp = netConnect({
      host,
      port: Number(url.port) || (isSecure ? 443 : 80),
      noDelay: true,
      autoSelectFamily: addresses.length > 1,
      // Asked for already: what it answers here takes no time.
      lookup: (_host, { all }, found) =>
        all === true
          ? found(null, [...addresses])
          : found(null, addresses[0]?.address ?? "", addresses[0]?.family),
    });
    socket = tcp;
    await opened(tcp, "connect", limit);
    tcpMs = round(lap());
    if (tcp.remoteAddress !== undefined) dns = { ...dns, ip: tcp.remoteAddress };

    if (isSecure) {
      phase = "tls";
      const tls = tlsConnect({
        socket: tcp,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        // HTTP/2 has another way to open a WebSocket, which next to nobody speaks.
        ALPNProtocols: ["http/1.1"],
        rejectUnauthorized: !insecure,
      });
      socket = tls;
      await opened(tls, "secureConnect", limit);
      tlsMs = round(lap());
    }

    phase = "answer";
    const response = await (isWebSocket ? upgrade : get)(target, socket, limit);
    answer = {
      ms: round(lap()),
      status: response.statusCode ?? 0,
      ...requestIdOf(response),
    };
    totalMs = round(last - began);
  } catch (caught) {
    signal.throwIfAborted();
    error = limit.aborted ? `no answer within ${withinMs / 1000} s` : messageOf(caught);
  } finally {
    socket?.destroy();
  }

  const connection = {
    ...(tcpMs === undefined ? {} : { tcp_ms: tcpMs }),
    ...(tlsMs === undefined ? {} : { tls_ms: tlsMs }),
    ...(answer === null ? {} : { [isWebSocket ? "ws_upgrade_ms" : "first_byte_ms"]: answer.ms }),
    ...(totalMs === undefined ? {} : { total_ms: totalMs }),
    ...(answer === null ? {} : { http_status: answer.status }),
    ...(answer?.requestId === undefined ? {} : { dg_request_id: answer.requestId }),
  };
  const refused = isWebSocket && answer !== null && answer.status !== 101;
  return {
    iteration,
    timestamp,
    status: error !== undefined ? "failed" : refused ? "refused" : "success",
    ...(error === undefined ? {} : { phase, error }),
    ...(dns === undefined ? {} : { dns }),
    ...(tcpMs === undefined ? {} : isWebSocket ? { websocket: connection } : { http: connection }),
  };
}

/** The answer to a request for a WebSocket, whether it is one or not. */
function upgrade({ url, headers }: Target, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const link = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      createConnection: () => socket,
    });
    link.on("upgrade", resolve);
    link.on("unexpected-response", (_request, response) => resolve(response));
    // Also when it is closed before it was opened, which is how each of these ends.
    link.on("error", reject);
    signal.addEventListener("abort", () => link.terminate(), { once: true });
  });
}

/** The head of the answer to a plain request. */
async function get({ url, headers }: Target, socket: Socket, signal: AbortSignal): Promise<IncomingMessage> {
  const asked = request({
    method: "GET",
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    // `host` alone would be without the port.
    headers: { host: url.host, connection: "close", ...headers },
    createConnection: () => socket,
    signal,
  });
  // The socket is destroyed with the answer unread.
  asked.on("error", () => {});
  asked.end();
  const [response] = await once(asked, "response", { signal });
  return response;
}

function requestIdOf({ headers }: IncomingMessage): { readonly requestId?: string } {
  const id = headers["dg-request-id"] ?? headers["x-request-id"];
  return typeof id === "string" ? { requestId: id } : {};
}

/** Rejects with the socket's error as well as with the signal's. */
async function opened(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  await once(socket, event, { signal });
  // `once` listens for errors no longer, and an error without a listener ends the process.
  socket.on("error", () => {});
}

async function aborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** To a hundredth. */
function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
