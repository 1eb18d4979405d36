import { once } from "node:events";
import { type WebSocket, WebSocketServer } from "ws";
import { localUrl } from "../../testing/local-url.ts";
import { results } from "../../testing/upstream/nova-frames.ts";

/** What one socket for audio hears, and says to it. */
export type Hearing = {
  /** Frames to say once so much audio has come, each once. */
  heard(bytes: number): Iterable<string>;
  /** Of all that was said, seconds. */
  readonly durationS: number;
};

/** Serves one socket on Deepgram's live protocol until it says CloseStream. */
export function hearOn(socket: WebSocket, hearing: Hearing): void {
  let bytes = 0;
  socket.on("message", (data, isBinary) => {
    if (isBinary) {
      bytes += Buffer.isBuffer(data) ? data.length : 0;
      for (const frame of hearing.heard(bytes)) socket.send(frame);
    } else if (String(data).includes("CloseStream")) {
      socket.send(JSON.stringify({ type: "Metadata", duration: hearing.durationS }));
      socket.close(1000);
    }
  });
}

/** A final for each piece of audio of this length, numbered from 0. */
export function sayingFinals(
  pieceBytes: number,
  pieceS: number,
  textOf: (number: number) => string,
): Hearing {
  let said = 0;
  return {
    *heard(bytes) {
      for (; (said + 1) * pieceBytes <= bytes; said += 1) {
        yield results({ transcript: textOf(said), start: said * pieceS, duration: pieceS, isFinal: true });
      }
    },
    get durationS() {
      return said * pieceS;
    },
  };
}

export type LiveProvider = { readonly url: string; close(): Promise<void> };

/** A provider on Deepgram's live protocol and nothing else. `begin` is called for each socket, with its query. */
export async function startLiveProvider(begin: (query: URLSearchParams) => Hearing): Promise<LiveProvider> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket, { url = "" }) =>
    hearOn(socket, begin(new URL(url, "ws://provider.test").searchParams)),
  );
  await once(server, "listening");
  return {
    url: localUrl(server),
    async close() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    },
  };
}
