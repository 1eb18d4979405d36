import { lookup as dnsLookup } from "node:dns/promises";
import { once } from "node:events";
import { isIP, connect as netConnect, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { messageOf } from "../../errors.ts";
import { get, upgrade } from "./answer.ts";
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
  const connection: Changing<Required<Sample>["websocket"] & Required<Sample>["http"]> = {};
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
    connection.tcp_ms = round(lap());
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
      connection.tls_ms = round(lap());
    }

    phase = "answer";
    const response = await (isWebSocket ? upgrade : get)(target, socket, limit);
    connection[isWebSocket ? "ws_upgrade_ms" : "first_byte_ms"] = round(lap());
    connection.total_ms = round(last - began);
    connection.http_status = response.statusCode ?? 0;
    const id = response.headers["dg-request-id"] ?? response.headers["x-request-id"];
    if (typeof id === "string") connection.dg_request_id = id;
  } catch (caught) {
    signal.throwIfAborted();
    error = limit.aborted
      ? `no answer within ${withinMs / 1000} s`
      : messageOf(caught).replace(nodesHint, "");
  } finally {
    socket?.destroy();
  }

  const refused = isWebSocket && connection.http_status !== 101;
  return {
    iteration,
    timestamp,
    status: error !== undefined ? "failed" : refused ? "refused" : "success",
    ...(error === undefined ? {} : { phase, error }),
    ...(dns === undefined ? {} : { dns }),
    ...(connection.tcp_ms === undefined ? {} : { [isWebSocket ? "websocket" : "http"]: connection }),
  };
}

/** We have an option of our own for this. */
const nodesHint = /; if the root CA is installed locally, .*/;

type Changing<T> = { -readonly [name in keyof T]: T[name] };

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
