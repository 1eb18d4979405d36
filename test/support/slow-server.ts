import { once } from "node:events";
import { createServer as createHttp, type RequestListener } from "node:http";
import { createServer as createHttps } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { localUrl } from "../../testing/local-url.ts";
import { selfSigned } from "./self-signed.ts";

export type SlowOptions = {
  readonly secure?: boolean;
  /** Before the client's first bytes are passed on: with TLS, those of its handshake. */
  readonly firstBytesMs?: number;
  /** Before a request is answered, for a WebSocket or not. */
  readonly answerMs?: number;
  /** Refuse the WebSocket with this status instead. */
  readonly refuse?: number;
};

export type SlowServer = { readonly port: number; connections(): number; close(): Promise<void> };

/** A server for WebSockets and plain requests that takes its time where it is told to. */
export async function startSlowServer(options: SlowOptions = {}): Promise<SlowServer> {
  const { secure = false, firstBytesMs = 0, answerMs = 0, refuse } = options;
  const answer: RequestListener = (_request, response) => {
    setTimeout(() => response.writeHead(200, { "dg-request-id": "plain" }).end("ok"), answerMs);
  };
  const server = secure ? createHttps(selfSigned, answer) : createHttp(answer);
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("headers", (headers) => headers.push("dg-request-id: upgraded"));
  server.on("upgrade", (request, socket: Duplex, head) => {
    setTimeout(() => {
      if (refuse !== undefined) socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
      else sockets.handleUpgrade(request, socket, head, (link) => link.on("error", () => {}));
    }, answerMs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const innerPort = portOf(server);

  let connections = 0;
  const open = new Set<Socket>();
  const front = createServer({ noDelay: true }, (client) => {
    connections += 1;
    const inner = connect({ port: innerPort, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, inner]) {
      open.add(socket);
      socket.on("error", () => {}).on("close", () => open.delete(socket));
    }
    inner.pipe(client);
    client.once("data", (first) => {
      client.pause();
      setTimeout(() => {
        inner.write(first);
        client.pipe(inner);
      }, firstBytesMs);
    });
    client.on("close", () => inner.destroy());
  });
  front.listen(0, "127.0.0.1");
  await once(front, "listening");
  return {
    port: portOf(front),
    connections: () => connections,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      server.closeAllConnections();
      front.close();
      await once(front, "close");
    },
  };
}

function portOf(server: Parameters<typeof localUrl>[0]): number {
  return Number(new URL(localUrl(server)).port);
}
