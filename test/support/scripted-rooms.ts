import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { arrivalOf } from "../../party/bridge/arrival.ts";
import { parseSigningKeys } from "../../party/tokens/signing-keys.ts";
import { CaptionwireError, errorFrame, errorTable } from "../../shared/errors.ts";
import { localUrl } from "../../testing/local-url.ts";

/** What is asked of the host of rooms, after its voucher was checked. */
export type AskedOfRoom = {
  readonly name: string;
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
};

type Answer = (asked: AskedOfRoom, response: ServerResponse) => void;

/** A host of rooms that says what a test wants: no room, but the way to one. */
export class ScriptedRooms {
  readonly asked: AskedOfRoom[] = [];
  readonly sockets: WebSocket[] = [];
  answer: Answer = (_, response) => response.writeHead(500).end("Error: no script\n    at nowhere");
  /** Refuses upgrades. */
  refusal: CaptionwireError | null = null;
  readonly #keys;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #upgrades = new WebSocketServer({ noServer: true });

  private constructor(secret: string) {
    this.#keys = parseSigningKeys({ TOKEN_SECRET: secret });
    this.#server.on("upgrade", async (request, socket, head) => {
      const arrived = await this.#arrived(request);
      const refusal = arrived instanceof CaptionwireError ? arrived : this.refusal;
      if (refusal === null) {
        this.#upgrades.handleUpgrade(request, socket, head, (opened) => this.sockets.push(opened));
        return;
      }
      const body = JSON.stringify(errorFrame(refusal.code, refusal.message));
      const { status } = errorTable[refusal.code];
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
  }

  static async start(secret: string): Promise<ScriptedRooms> {
    const rooms = new ScriptedRooms(secret);
    rooms.#server.listen(0, "127.0.0.1");
    await once(rooms.#server, "listening");
    return rooms;
  }

  get url(): string {
    return localUrl(this.#server);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.terminate();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrived = await this.#arrived(request);
    if (!(arrived instanceof CaptionwireError)) {
      this.answer(arrived, response);
      return;
    }
    response.writeHead(errorTable[arrived.code].status).end(JSON.stringify(errorFrame(arrived.code)));
  }

  async #arrived({
    method = "GET",
    url = "/",
    headers,
  }: IncomingMessage): Promise<AskedOfRoom | CaptionwireError> {
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    try {
      const asked = new Request(new URL(url, this.url), { method, headers: given });
      const { name, request } = await arrivalOf(asked, this.#keys);
      const { pathname, search } = new URL(request.url);
      this.asked.push({
        name,
        method,
        path: pathname + search,
        headers: Object.fromEntries(request.headers),
      });
      return this.asked.at(-1) ?? new CaptionwireError("internal");
    } catch (error) {
      return error instanceof CaptionwireError ? error : new CaptionwireError("internal");
    }
  }
}
