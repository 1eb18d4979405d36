import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import * as v from "valibot";
import { errorFrame, errorTable } from "../shared/errors.ts";
import { positionIn } from "../shared/position.ts";
import { ping, pong, roles, subprotocol } from "../shared/protocol.ts";
import { transcribe } from "./batch.ts";
import { dialProvider } from "./dial.ts";
import { memberSocket } from "./members.ts";
import { platform } from "./platform.ts";
import { parseProvider } from "./provider.ts";
import { answerRequest } from "./requests.ts";
import { dismiss } from "./room/dismiss.ts";
import type { MemberSocket, Ports } from "./room/ports.ts";
import { Room } from "./room/room.ts";
import { SqliteStore } from "./room/sqlite.ts";

/** Set by the edge Worker, which has checked the credential; the object cannot be reached but through it. */
export const memberHeader = "x-captionwire-member";
export const MemberSchema = v.object({
  role: v.picklist(roles),
  expiresAt: v.number(),
  /** A publisher that may end the one there is. */
  takeover: v.optional(v.literal(true)),
});
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
  /** partyserver decodes a socket's attachment for every message, which costs several times what the message does. */
  readonly #members = new WeakMap<WebSocket, MemberSocket>();
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
    // Only members and settings make a room: to whatever else is asked of one that does not exist, partyserver would
    // answer by writing its name down first.
    const makesRoom = request.headers.get("upgrade") !== null || request.method === "PUT";
    if (!makesRoom && !this.#exists()) {
      return Response.json(errorFrame("not_found"), { status: errorTable.not_found.status });
    }
    const response = await super.fetch(request);
    if (response.webSocket !== null) {
      if (!this.#greeted.has(request)) return failedUpgrade(response.webSocket);
      const offered = request.headers.get("sec-websocket-protocol");
      const headers = offered === null ? undefined : { "sec-websocket-protocol": subprotocol };
      return new Response(null, { status: 101, webSocket: response.webSocket, headers });
    }
    return response.status === 500 ? Response.json(errorFrame("internal"), { status: 500 }) : response;
  }

  override async onConnect(connection: Connection<Member>, { request }: ConnectionContext): Promise<void> {
    this.#greeted.add(request);
    const socket = this.#memberOf(connection);
    await this.#guarded(socket, (room) => {
      const member = v.parse(MemberSchema, JSON.parse(request.headers.get(memberHeader) ?? "null"));
      connection.setState(member);
      const position = positionIn(new URL(request.url).searchParams);
      if (member.role === "viewer") room.viewerJoined(socket, position, member.expiresAt);
      else room.publisherJoined(socket, { takeover: member.takeover === true });
    });
    // Whatever this one will say expires some day.
    if (connection.state?.role === "publisher") await this.#scheduleExpiry().catch(() => {});
  }

  override webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    const member = this.#members.get(socket);
    return member === undefined ? super.webSocketMessage(socket, message) : this.#received(member, message);
  }

  override onMessage(connection: Connection<Member>, message: WSMessage): Promise<void> {
    return this.#received(this.#memberOf(connection), message);
  }

  #received(member: MemberSocket, message: WSMessage): Promise<void> {
    return this.#guarded(member, (room) => {
      room.received(member, typeof message === "string" ? message : bytesOf(message));
    });
  }

  override onClose(connection: Connection<Member>): Promise<void> {
    const member = this.#memberOf(connection);
    return this.#guarded(member, (room) => room.left(member.id));
  }

  override onError(connection: Connection<Member>): Promise<void> {
    const member = this.#memberOf(connection);
    return this.#guarded(member, (room) => room.left(member.id));
  }

  /** What nobody foresaw ends this member alone, and never reaches partyserver, which would send the stack along. */
  async #guarded(member: MemberSocket, work: (room: Room) => void): Promise<void> {
    try {
      work(await this.#opened());
    } catch (error) {
      console.error({ event: "member_failed", error: error instanceof Error ? error.name : "unknown" });
      dismiss(member, "internal");
    }
  }

  override async onRequest(request: Request): Promise<Response> {
    const response = await answerRequest(request, () => this.#opened());
    // Settings may have shortened what the room keeps. Reading changes nothing, and setting an alarm is a write.
    if (request.method !== "GET") await this.#scheduleExpiry();
    return response;
  }

  /** Old captions are deleted. The runtime tries again by itself when this throws. */
  override async onAlarm(): Promise<void> {
    await this.#scheduleExpiry();
  }

  /** Deletes what has expired, and has the object woken for what expires next. */
  async #scheduleExpiry(): Promise<void> {
    const room = await this.#opened();
    const at = await room.expire();
    if (at === null) await this.ctx.storage.deleteAlarm();
    else await this.ctx.storage.setAlarm(at);
  }

  #exists(): boolean {
    const { sql } = this.ctx.storage;
    return [...sql.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'room'")].length > 0;
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
      if (connection.state?.role === "viewer") room.viewerKept(this.#memberOf(connection));
      // A publisher's socket that outlived the room's memory comes back with its session and position.
      else if (connection.state?.role === "publisher") dismiss(this.#memberOf(connection), "draining");
    }
    return room;
  }

  #memberOf(connection: Connection): MemberSocket {
    const known = this.#members.get(connection);
    if (known !== undefined) return known;
    const member = memberSocket(connection, () => this.ctx.getWebSocketAutoResponseTimestamp(connection));
    this.#members.set(connection, member);
    return member;
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
      ...platform,
      dial: (request, listener) => dialProvider(provider, request, listener),
      transcribe: (request, answered) => transcribe(provider, request, answered),
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

function bytesOf(message: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(message)
    ? new Uint8Array(message.buffer, message.byteOffset, message.byteLength)
    : new Uint8Array(message);
}
