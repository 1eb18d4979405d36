import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { readWav } from "../../client/index.ts";
import { bytesToSamples, samplesToMs } from "../../shared/audio.ts";
import { localUrl } from "../local-url.ts";
import { eventually } from "../wait.ts";
import { recognised } from "./recording.ts";
import { saidAs } from "./said.ts";
import { type ScriptedSocket, type ScriptVerbs, SocketScript } from "./socket.ts";
import type { Protocol } from "./wire.ts";

/** Audio that a room could not have captioned live, sent as a whole after an outage longer than 5 s. */
export type Recording = { readonly ms: number; readonly query: URLSearchParams };

/**
 * A virtual speech-to-text provider: it hears what the test says, Nova and Flux alike, whatever the audio holds.
 *
 * Its verbs speak on the newest open socket, for which they wait; with several rooms at once, speak on those of `sockets`.
 * Unasked it does two things, as the provider does: it answers audio with signs of life that change nothing, and when a
 * room ends its session it says what is open as a final and closes.
 */
export type ScriptedUpstream = ScriptVerbs & {
  /** Every socket that rooms have opened, in that order; closed ones too. */
  readonly sockets: readonly ScriptedSocket[];
  /** Waits for a socket: the newest one that is open, or the one of this place in `sockets`, the first being 0. */
  socket(place?: number): Promise<ScriptedSocket>;
  /** What is heard in a recording; nothing unless set. */
  hearRecording: (recording: Recording) => string;
};

export type RunningUpstream = {
  readonly upstream: ScriptedUpstream;
  readonly url: string;
  close(): Promise<void>;
};

const paths: Readonly<Record<string, Protocol>> = { "/v1/listen": "nova", "/v2/listen": "flux" };

export async function startScriptedUpstream(): Promise<RunningUpstream> {
  const sockets: SocketScript[] = [];
  const listening = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const upstream = verbsOn(sockets);
  const server = createServer((request, response) => void answer(upstream, request, response));
  server.on("upgrade", (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://provider.test");
    const protocol = paths[pathname];
    if (protocol === undefined) {
      socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    listening.handleUpgrade(request, socket, head, (opened) => {
      sockets.push(new SocketScript(opened, protocol, searchParams));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    upstream,
    url: localUrl(server),
    async close() {
      for (const socket of listening.clients) socket.terminate();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function verbsOn(sockets: readonly SocketScript[]): ScriptedUpstream {
  const find = (place?: number) =>
    place === undefined ? sockets.findLast(({ isOpen }) => isOpen) : sockets[place];
  const socket = async (place?: number): Promise<SocketScript> => {
    const what =
      place === undefined ? "an open socket of a room" : `socket ${place} of the rooms (counted from 0)`;
    await eventually(
      `${what}; a room opens one when a publisher starts`,
      () => find(place) !== undefined,
      (isThere) => isThere,
    );
    const found = find(place);
    if (found === undefined) throw new Error("The room closed the socket again at once.");
    return found;
  };
  return {
    sockets,
    socket,
    hearRecording: () => "",
    interim: async (...said) => (await socket()).interim(...said),
    final: async (...said) => (await socket()).final(...said),
    silence: async (ms) => (await socket()).silence(ms),
    utteranceEnd: async () => (await socket()).utteranceEnd(),
    send: async (frame) => (await socket()).send(frame),
    close: async (...how) => (await socket()).close(...how),
    drop: async () => (await socket()).drop(),
  };
}

async function answer(
  upstream: ScriptedUpstream,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://provider.test");
  const body = await buffer(request).catch(() => null);
  if (body === null) return;
  if (pathname === "/v1/listen") {
    const { data, format } = readWav(body);
    const ms = samplesToMs(bytesToSamples(data.length, format), format);
    const text = upstream.hearRecording({ ms, query });
    say(response, 200, recognised(saidAs(text, 0, { endMs: ms }), ms));
    return;
  }
  const err_msg =
    'The scripted upstream has no voice. For speech start the harness without upstream: "scripted".';
  say(response, 404, { err_code: "NOT_SCRIPTED", err_msg, request_id: "scripted" });
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
