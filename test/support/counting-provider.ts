import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text as textOf } from "node:stream/consumers";
import * as v from "valibot";
import { type WebSocket, WebSocketServer } from "ws";
import { localUrl } from "../../testing/local-url.ts";
import { results } from "../../testing/upstream/nova-frames.ts";

/** How a text is spoken; one that returns without an end leaves the request hanging. */
export type Voice = (text: string, response: ServerResponse) => void;

/** One socket for live audio, and how much of it came. */
export type Heard = { readonly language: string | null; bytes: number };

const TextSchema = v.object({ text: v.string() });
/** Audio for one final: half a second of linear16 at 8 kHz. */
export const finalBytes = 8_000;
const finalS = 0.5;

/**
 * A provider on Deepgram's wire that counts what it is asked: texts, sockets, bytes of audio, grants. Whoever lacks its key is
 * refused and not counted.
 */
export class CountingProvider {
  readonly key: string;
  texts: string[] = [];
  heard: Heard[] = [];
  grants = 0;
  /** Finals say this. */
  words = "nothing yet";
  /** A socket hears on and says nothing, not even goodbye. */
  isMute = false;
  voice: Voice = speakAtOnce;
  /** What is told when a socket for audio is asked for in this language. */
  readonly refusedLanguage = "xx";
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  private constructor(key: string) {
    this.key = key;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.keepAliveTimeout = 10 * 60_000;
    this.#server.on("upgrade", (request, socket, head) => {
      const query = new URL(request.url ?? "/", this.url).searchParams;
      if (!this.#isOurs(request) || query.get("language") === this.refusedLanguage) {
        socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n");
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#listen(opened, query));
    });
  }

  static async start(key: string): Promise<CountingProvider> {
    const provider = new CountingProvider(key);
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  get url(): string {
    return localUrl(this.#server);
  }

  /** Code points asked for. */
  get characters(): number {
    return this.texts.reduce((sum, text) => sum + [...text].length, 0);
  }

  get heardBytes(): number {
    return this.heard.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Bytes of audio in one language. */
  heardIn(language: string): number {
    return this.heard.reduce((sum, heard) => sum + (heard.language === language ? heard.bytes : 0), 0);
  }

  /** What was asked, as one value to compare. */
  get counts() {
    const { texts, heard, grants, heardBytes } = this;
    return { texts: texts.length, sockets: heard.length, heardBytes, grants };
  }

  /** Loses every socket, as a crash does. */
  hangUp(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #isOurs({ headers }: IncomingMessage): boolean {
    return headers.authorization === `Token ${this.key}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request).catch(() => null);
    if (body === null) return;
    const { pathname } = new URL(request.url ?? "/", this.url);
    if (!this.#isOurs(request)) {
      response.writeHead(401).end();
    } else if (pathname === "/v1/auth/grant") {
      this.grants += 1;
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: `grant-${this.grants}`, expires_in: 30 }));
    } else if (pathname === "/v1/speak") {
      const { text } = v.parse(TextSchema, JSON.parse(body));
      this.texts.push(text);
      this.voice(text, response);
    } else {
      response.writeHead(404).end();
    }
  }

  #listen(socket: WebSocket, query: URLSearchParams): void {
    const heard: Heard = { language: query.get("language"), bytes: 0 };
    this.heard.push(heard);
    let said = 0;
    socket.on("message", (data, isBinary) => {
      if (isBinary) {
        heard.bytes += Buffer.isBuffer(data) ? data.length : 0;
        for (; !this.isMute && (said + 1) * finalBytes <= heard.bytes; said += 1) {
          const transcript = `${this.words} ${said}.`;
          socket.send(results({ transcript, start: said * finalS, duration: finalS, isFinal: true }));
        }
      } else if (String(data).includes("CloseStream") && !this.isMute) {
        socket.send(JSON.stringify({ type: "Metadata", duration: said * finalS }));
        socket.close(1000);
      }
    });
  }
}

export function speakAtOnce(_: string, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "audio/l16;rate=24000" }).end(Buffer.alloc(480));
}
