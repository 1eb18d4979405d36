import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import * as v from "valibot";
import { type ErrorCode, errorFrame, errorTable } from "../shared/errors.ts";
import { parsePosition } from "../shared/position.ts";
import { ping, pong, roles, subprotocol } from "../shared/protocol.ts";
import { dialProvider } from "./dial.ts";
import { parseProvider } from "./provider.ts";
import type { MemberSocket, Ports } from "./room/ports.ts";
import { Room } from "./room/room.ts";
import { SqliteStore } from "./room/sqlite.ts";

/** Set by the edge Worker, which has checked the credential; the object cannot be reached but through it. */
export const memberHeader = "x-captionwire-member";
export const MemberSchema = v.object({ role: v.picklist(roles), expiresAt: v.number() });
export type Member = v.InferOutput<typeof MemberSchema>;

/**
 * The Durable Object of a room under partyserver: platform calls in, core calls out, nothing else.
 *
 * Viewers' sockets hibernate with the room; while a session runs, its outgoing socket keeps the object awake.
 */
export class CaptionRoom extends Server<Cloudflare.Env> {
  // false by default in partyserver
  static override options = { hibernate: true };
  #room: Promise<Room> | null = null;
  /** Upgrades that reached `onConnect`: what is not among them was answered by partyserver itself. */
  readonly #greeted = new WeakSet<Request>();

  override async onStart(): Promise<void> {
    // Answered by the runtime, even while the room sleeps.
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    // A throw here would reach the client as a stack trace; whoever needs the room meets the failure below.
    await this.#opened().catch(() => {});
  }

  /** partyserver answers an upgrade without the subprotocol, and errors with their stack: both are mended here. */
  override async fetch(request: Request): Promise<Response> {
    const response = await super.fetch(request);
    if (response.webSocket !== null) {
      if (!this.#greeted.has(request)) return failedUpgrade(response.webSocket);
      const offered = request.headers.get("sec-websocket-protocol");
      const headers = offered === null ? undefined : { "sec-websocket-protocol": subprotocol };
      return new Response(null, { status: 101, webSocket: response.webSocket, headers });
    }
    return response.status === 500 ? Response.json(errorFrame("internal"), { status: 500 }) : response;
  }

  override onConnect(connection: Connection<Member>, { request }: ConnectionContext): Promise<void> {
    this.#greeted.add(request);
    return this.#guarded(connection, (room) => {
      const member = v.parse(MemberSchema, JSON.parse(request.headers.get(memberHeader) ?? "null"));
      connection.setState(member);
      const { searchParams } = new URL(request.url);
      const position = parsePosition(searchParams.get("epoch"), searchParams.get("version"));
      if (member.role === "viewer") room.viewerJoined(memberSocket(connection), position, member.expiresAt);
      else room.publisherJoined(memberSocket(connection));
    });
  }

  override onMessage(connection: Connection<Member>, message: WSMessage): Promise<void> {
    return this.#guarded(connection, (room) => {
      room.received(memberSocket(connection), typeof message === "string" ? message : bytesOf(message));
    });
  }

  override onClose(connection: Connection<Member>): Promise<void> {
    return this.#guarded(connection, (room) => room.left(connection.id));
  }

  override onError(connection: Connection<Member>): Promise<void> {
    return this.#guarded(connection, (room) => room.left(connection.id));
  }

  /** What nobody foresaw ends this member alone, and never reaches partyserver, which would send the stack along. */
  async #guarded(connection: Connection, work: (room: Room) => void): Promise<void> {
    try {
      work(await this.#opened());
    } catch (error) {
      console.error({ event: "member_failed", error: error instanceof Error ? error.name : "unknown" });
      dismiss(connection, "internal");
    }
  }

  override onRequest(): Response {
    return Response.json(errorFrame("upgrade_required"), { status: errorTable.upgrade_required.status });
  }

  /** The room, loaded once; after a failure the next member tries again. */
  #opened(): Promise<Room> {
    this.#room ??= this.#open().catch((error: unknown) => {
      this.#room = null;
      throw error;
    });
    return this.#room;
  }

  async #open(): Promise<Room> {
    const room = await Room.open(this.#ports(), this.#store());
    for (const connection of this.getConnections<Member>()) {
      if (connection.state?.role === "viewer") room.viewerKept(memberSocket(connection));
      // A publisher's socket that outlived the room's memory comes back with its session and position.
      else if (connection.state?.role === "publisher") dismiss(connection, "draining");
    }
    return room;
  }

  #store(): SqliteStore {
    const { storage } = this.ctx;
    return new SqliteStore({
      exec: (query, ...bindings) => storage.sql.exec(query, ...bindings),
      transaction: (work) => storage.transactionSync(work),
    });
  }

  #ports(): Ports {
    const provider = parseProvider(this.env);
    return {
      now: () => Date.now(),
      random: () => Math.random(),
      newId: () => crypto.randomUUID().replaceAll("-", "").slice(0, 20),
      setTimer: (run, delayMs) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
      dial: (request, listener) => dialProvider(provider, request, listener),
      die: () => this.ctx.abort("storage failed"),
      log: (event, fields) => console.log({ event, room: this.name, ...fields }),
    };
  }
}

/** partyserver put the stack of its error into this socket: it is dropped unread, and the client told as much as it may know. */
function failedUpgrade(leaking: WebSocket): Response {
  leaking.accept();
  leaking.close(1000);
  const pair = new WebSocketPair();
  pair[1].accept();
  pair[1].send(JSON.stringify(errorFrame("internal")));
  pair[1].close(errorTable.internal.close, "internal");
  return new Response(null, { status: 101, webSocket: pair[0] });
}

function memberSocket(connection: Connection): MemberSocket {
  return {
    id: connection.id,
    send: (text) => {
      try {
        connection.send(text);
      } catch {
        // send() throws on a socket that is closing; its close event takes the member out of the room.
      }
    },
    close: (code, reason) => closeQuietly(connection, code, reason),
  };
}

function dismiss(connection: Connection, code: ErrorCode): void {
  const socket = memberSocket(connection);
  socket.send(JSON.stringify(errorFrame(code)));
  socket.close(errorTable[code].close, code);
}

function closeQuietly(connection: Connection, code: number, reason: string): void {
  try {
    connection.close(code, reason);
  } catch {
    // Already closed: what was wanted.
  }
}

function bytesOf(message: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(message)
    ? new Uint8Array(message.buffer, message.byteOffset, message.byteLength)
    : new Uint8Array(message);
}
