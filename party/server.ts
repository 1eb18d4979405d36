import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { CaptionwireError } from "../shared/errors.ts";
import { ping, pong, subprotocol } from "../shared/protocol.ts";
import type { Member } from "./callers.ts";
import type { Ground, Seat } from "./host/ground.ts";
import { RoomHost } from "./host/host.ts";
import { closeQuietly, seatOf } from "./host/members.ts";
import { refused } from "./host/refused.ts";
import { sqliteGround } from "./sqlite-ground.ts";
import { registryOf } from "./tenant/registry.ts";
import { workerdPorts } from "./workerd.ts";

/**
 * The Durable Object of a room under partyserver: platform calls in, core calls out, nothing else.
 *
 * Viewers' sockets hibernate with the room; while a session runs, its outgoing socket keeps the object awake.
 */
export class CaptionRoom extends Server<Cloudflare.Env> {
  // false by default in partyserver
  static override options = { hibernate: true };
  readonly #host = new RoomHost(this.#ground());
  /** partyserver decodes a socket's attachment for every message, which costs several times what the message does. */
  readonly #seats = new WeakMap<WebSocket, Seat>();
  /** Upgrades that reached `onConnect`: what is not among them was answered by partyserver itself. */
  readonly #greeted = new WeakSet<Request>();
  readonly #refused = new WeakMap<Request, CaptionwireError>();

  override async onStart(): Promise<void> {
    // Answered by the runtime, even while the room sleeps.
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    // A throw here would reach the client as a stack trace.
    await this.#host.wake();
  }

  /** partyserver answers an upgrade without the subprotocol, and errors with their stack: both are mended here. */
  override async fetch(request: Request): Promise<Response> {
    // First of all: to whatever is asked of a room that does not exist, partyserver would answer by writing its name down.
    const refusal = await this.#host.refusalFor(request);
    if (refusal !== null) return refused(refusal);
    const response = await super.fetch(request);
    if (response.webSocket !== null) return this.#upgraded(request, response.webSocket);
    return response.status === 500 ? refused(new CaptionwireError("internal")) : response;
  }

  #upgraded(request: Request, webSocket: WebSocket): Response {
    const isGreeted = this.#greeted.has(request);
    const refusal = isGreeted ? this.#refused.get(request) : new CaptionwireError("internal");
    if (refusal !== undefined) {
      // The edge opens a socket by itself, tells why and closes it. The one that was made is dropped unread; where
      // partyserver failed, it holds the stack of its error.
      webSocket.accept();
      webSocket.close(1000);
      return refused(refusal);
    }
    const offered = request.headers.get("sec-websocket-protocol");
    const headers = offered === null ? undefined : { "sec-websocket-protocol": subprotocol };
    return new Response(null, { status: 101, webSocket, headers });
  }

  override async onConnect(connection: Connection<Member>, { request }: ConnectionContext): Promise<void> {
    this.#greeted.add(request);
    const refusal = await this.#host.join(this.#seatOf(connection), request);
    // Closed here, before the upgrade is answered, the socket would be told, but its connection not ended for long.
    if (refusal !== null) this.#refused.set(request, refusal);
  }

  override webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    const seat = this.#seats.get(socket);
    return seat === undefined ? super.webSocketMessage(socket, message) : this.#host.received(seat, message);
  }

  override onMessage(connection: Connection<Member>, message: WSMessage): Promise<void> {
    return this.#host.received(this.#seatOf(connection), message);
  }

  override onClose(connection: Connection<Member>): Promise<void> {
    return this.#host.left(this.#seatOf(connection));
  }

  override onError(connection: Connection<Member>): Promise<void> {
    return this.#host.left(this.#seatOf(connection));
  }

  /**
   * partyserver answers a close frame with the same code, and not at all where there was none or one that may not be sent
   * (1005, 1006): the client would wait for its connection to end, and one that never does would hold it for ever.
   */
  override async webSocketClose(
    socket: WebSocket,
    code: number,
    reason: string,
    wasClean: boolean,
  ): Promise<void> {
    await super.webSocketClose(socket, code, reason, wasClean);
    closeQuietly(socket, 1000, "");
  }

  /** partyserver keeps some errors to itself, and the runtime does not always tell of the end after one. */
  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    await super.webSocketError(socket, error);
    const seat = this.#seats.get(socket);
    if (seat !== undefined) await this.#host.left(seat);
  }

  override onRequest(request: Request): Promise<Response> {
    return this.#host.answer(request);
  }

  /** The runtime tries again by itself when this throws. */
  override onAlarm(): Promise<void> {
    return this.#host.alarm();
  }

  #seatOf(connection: Connection<Member>): Seat {
    const known = this.#seats.get(connection);
    if (known !== undefined) return known;
    const seat = seatOf(connection, {
      lastPingAt: () => this.ctx.getWebSocketAutoResponseTimestamp(connection)?.getTime() ?? null,
      closing: () => this.#host.closing(connection.id),
    });
    this.#seats.set(connection, seat);
    return seat;
  }

  #ground(): Ground {
    const { ctx, env } = this;
    // partyserver knows it only once it has begun.
    const nameNow = () => this.name;
    return {
      ...sqliteGround(ctx.storage),
      env,
      get name() {
        return nameNow();
      },
      get registry() {
        return registryOf(env, nameNow());
      },
      ports: () => ({
        ...workerdPorts(env, this.name, env.STATS),
        die: () => ctx.abort("storage failed"),
      }),
      seats: () => Array.from(this.getConnections<Member>(), (connection) => this.#seatOf(connection)),
      seat: (id) => {
        const connection = this.getConnection<Member>(id);
        return connection === undefined ? null : this.#seatOf(connection);
      },
    };
  }
}
