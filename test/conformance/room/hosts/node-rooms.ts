import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { arrivalOf } from "../../../../party/bridge/arrival.ts";
import { registryAt } from "../../../../party/bridge/http-registry.ts";
import { refused } from "../../../../party/host/refused.ts";
import { parseProvider } from "../../../../party/provider.ts";
import { parseSigningKeys } from "../../../../party/tokens/signing-keys.ts";
import { CaptionwireError } from "../../../../shared/errors.ts";
import { subprotocol } from "../../../../shared/protocol.ts";
import { localUrl } from "../../../../testing/local-url.ts";
import { type Life, NodeRoom, type Surroundings } from "./node-room.ts";

export type NodeRoomsVariables = {
  readonly TOKEN_SECRET: string;
  readonly DEEPGRAM_BASE_URL: string;
  readonly DEEPGRAM_API_KEY: string;
};

/**
 * A host of rooms in this process: the core over a key-value storage in memory, behind the edge's bridge (`ROOMS_URL` of the
 * Worker). Third beside workerd's two, so that a rule which holds on all of them is a rule of the room and of no platform.
 */
export class NodeRooms {
  readonly #keys;
  readonly #rooms = new Map<string, NodeRoom>();
  readonly #surroundings: Surroundings;
  readonly #upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  readonly #server = createServer((asked, response) => void this.#answer(asked, response));
  #edge = "";

  private constructor(env: NodeRoomsVariables) {
    this.#keys = parseSigningKeys(env);
    this.#surroundings = {
      env,
      provider: parseProvider(env),
      registry: (name) => registryAt(this.#edge, name, this.#keys),
    };
    this.#server.on("upgrade", (asked, socket, head) => void this.#upgrade(asked, socket, head));
  }

  /** Rooms can be come to once they know where their edge is: see `edgeAt`. */
  static async start(env: NodeRoomsVariables): Promise<NodeRooms> {
    const rooms = new NodeRooms(env);
    rooms.#server.listen(0, "127.0.0.1");
    await once(rooms.#server, "listening");
    return rooms;
  }

  get url(): string {
    return localUrl(this.#server);
  }

  /** Where the rooms' tenants keep their lists: an edge Worker whose `ROOMS_URL` is ours. */
  edgeAt(url: string): void {
    this.#edge = url;
  }

  /**
   * A room loses its memory, and its members, readers and upstream their connections; what it has stored is left. Answers
   * whether there was an object that held it.
   *
   * @param name `{tenant}/{room}`
   */
  async evict(name: string): Promise<boolean> {
    return (await this.#rooms.get(name)?.evict()) ?? false;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#rooms.values()].map((room) => room.close()));
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const leaving = new AbortController();
    response.once("close", () => leaving.abort());
    const answer = await this.#arrive(asked, leaving.signal, async (life, request) => {
      const refusal = await life.host.refusalFor(request);
      life.answering(response);
      return refusal === null ? life.host.answer(request) : refused(refusal);
    }).catch((error: unknown) => refused(refusalOf(error)));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body === null) {
      response.end();
      return;
    }
    response.flushHeaders();
    await pour(answer.body, response);
  }

  async #upgrade(asked: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => {});
    const refusal = await this.#arrive(asked, null, (life, request) =>
      this.#join(life, request, asked, socket, head),
    ).catch(refusalOf);
    if (refusal === null) return;
    const answer = refused(refusal);
    const body = await answer.text();
    socket.end(
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}\r\nconnection: close\r\n` +
        `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }

  /** Answers why not, before anything is upgraded. */
  async #join(
    life: Life,
    request: Request,
    asked: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<CaptionwireError | null> {
    const refusal = await life.host.refusalFor(request);
    if (refusal !== null) return refusal;
    const seat = life.seat();
    socket.once("close", () => life.left(seat));
    const unwelcome = await life.host.join(seat, request);
    if (unwelcome !== null) {
      life.left(seat);
      return unwelcome;
    }
    if (life.isOver) return new CaptionwireError("draining");
    if (socket.destroyed) life.left(seat);
    else this.#upgrades.handleUpgrade(asked, socket, head, (opened) => seat.open(opened));
    return null;
  }

  /** Nobody comes in without the edge's word; see `arrivalOf`. */
  async #arrive<Answer>(
    asked: IncomingMessage,
    signal: AbortSignal | null,
    received: (life: Life, request: Request) => Promise<Answer>,
  ): Promise<Answer> {
    const { name, request } = await arrivalOf(await this.#requestOf(asked, signal), this.#keys);
    const room = this.#rooms.get(name) ?? new NodeRoom(name, this.#surroundings);
    this.#rooms.set(name, room);
    return received(await room.life(), request);
  }

  async #requestOf(asked: IncomingMessage, signal: AbortSignal | null): Promise<Request> {
    const { method = "GET", url = "/", headers } = asked;
    const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = method === "GET" ? null : await buffer(asked);
    return new Request(new URL(url, this.url), { method, headers: given, body, signal });
  }
}

/** As fast as it is read; whoever reads may go away, and the room as well. */
async function pour(body: ReadableStream<Uint8Array>, response: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const gone = once(response, "close");
  void gone.then(() => reader.cancel()).catch(() => {});
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!response.write(value)) await Promise.race([once(response, "drain"), gone]);
  }
  response.end();
}

function refusalOf(error: unknown): CaptionwireError {
  return error instanceof CaptionwireError ? error : new CaptionwireError("internal");
}
