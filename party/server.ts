import { type Connection, type ConnectionContext, Server, type WSMessage } from "partyserver";
import { CaptionwireError } from "../shared/errors.ts";
import { timing } from "../shared/limits.ts";
import { positionIn } from "../shared/position.ts";
import { ping, pong, subprotocol } from "../shared/protocol.ts";
import { recorder } from "./analytics.ts";
import { transcribe } from "./batch.ts";
import { type Member, memberIn, passIn } from "./callers.ts";
import { dialProvider } from "./dial.ts";
import { Housekeeping } from "./housekeeping.ts";
import { memberSocket } from "./members.ts";
import { Observers } from "./observers.ts";
import { roomPaths } from "./paths.ts";
import { platform } from "./platform.ts";
import { parseProvider } from "./provider.ts";
import { refused, refusedUpgrade } from "./refused.ts";
import { renewedPass } from "./renewal.ts";
import { answerRequest, type OpenRoom } from "./requests.ts";
import { dismiss } from "./room/dismiss.ts";
import { Door } from "./room/door/door.ts";
import { isRevoked } from "./room/door/standing.ts";
import { SqliteMeasures } from "./room/measure/sqlite-measures.ts";
import type { MemberSocket, Ports } from "./room/ports.ts";
import { Room } from "./room/room.ts";
import { SqliteStore } from "./room/sqlite.ts";
import { type Registry, registryOf } from "./tenant/registry.ts";

/**
 * The Durable Object of a room under partyserver: platform calls in, core calls out, nothing else.
 *
 * Viewers' sockets hibernate with the room; while a session runs, its outgoing socket keeps the object awake.
 */
export class CaptionRoom extends Server<Cloudflare.Env> {
  // false by default in partyserver
  static override options = { hibernate: true };
  #room: Promise<OpenRoom> | null = null;
  /** The same, once it is loaded. */
  #current: OpenRoom | null = null;
  #isForgetting = false;
  /** Surely on the tenant's list, so that no revocation passes it by. */
  #isListed = false;
  /** partyserver decodes a socket's attachment for every message, which costs several times what the message does. */
  readonly #members = new WeakMap<WebSocket, MemberSocket>();
  /** Upgrades that reached `onConnect`: what is not among them was answered by partyserver itself. */
  readonly #greeted = new WeakSet<Request>();
  readonly #refused = new WeakMap<Request, CaptionwireError>();

  override async onStart(): Promise<void> {
    // Answered by the runtime, even while the room sleeps.
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(ping, pong));
    // A throw here would reach the client as a stack trace; whoever needs the room meets the failure below. Nor is a room
    // made here: the last frames of a socket that was refused, or left a room that is forgotten, wake this object too.
    if (this.#isThere()) await this.#opened().catch(() => {});
  }

  /** partyserver answers an upgrade without the subprotocol, and errors with their stack: both are mended here. */
  override async fetch(request: Request): Promise<Response> {
    // Only members, tickets and settings make a room, and nobody without a token does: to whatever else is asked of one
    // that does not exist, partyserver would answer by writing its name down first.
    const pass = passIn(request);
    const isAnybody = pass?.tokenId === null;
    const isTicket = new URL(request.url).pathname === roomPaths.ticket;
    const isMember = request.headers.get("upgrade") !== null;
    const makesRoom = (request.method === "PUT" || isMember || isTicket) && !isAnybody;
    if (!makesRoom && !this.#isThere()) {
      // Whether a room that is not public exists is nobody's business.
      const code = isAnybody ? "unauthenticated" : "not_found";
      return refused(new CaptionwireError(code));
    }
    // A token that was revoked makes no room either.
    if (!this.#isThere() && pass !== null && isRevoked(await this.#registry().standing(), pass)) {
      return refused(new CaptionwireError("token_revoked"));
    }
    const response = await super.fetch(request);
    if (response.webSocket !== null) {
      const refusal = this.#greeted.has(request)
        ? this.#refused.get(request)
        : new CaptionwireError("internal");
      if (refusal !== undefined) return refusedUpgrade(response.webSocket, refusal);
      const offered = request.headers.get("sec-websocket-protocol");
      const headers = offered === null ? undefined : { "sec-websocket-protocol": subprotocol };
      return new Response(null, { status: 101, webSocket: response.webSocket, headers });
    }
    return response.status === 500 ? refused(new CaptionwireError("internal")) : response;
  }

  override async onConnect(connection: Connection<Member>, { request }: ConnectionContext): Promise<void> {
    this.#greeted.add(request);
    const socket = this.#memberOf(connection);
    try {
      const member = memberIn(request);
      const { role, pass, takeover } = member;
      const canProbe = member.probe === true;
      const open = await this.#openForMembers();
      const { room, door } = open;
      door.enter(socket, role, pass);
      connection.setState(member);
      const position = positionIn(new URL(request.url).searchParams);
      if (role === "viewer") room.viewerJoined(socket, position, pass.expiresAt, canProbe);
      else {
        const { expiresAt } = pass;
        const allowance = door.allowance(pass);
        room.publisherJoined(socket, { takeover: takeover === true, expiresAt, allowance, canProbe });
        // Whatever this one will say expires some day.
        await this.#keeping()
          .expire(open)
          .catch(() => {});
      }
    } catch (error) {
      // Closed here, before the upgrade is answered, the socket would be told, but its connection not ended for long.
      this.#refused.set(request, refusalOf(error));
    }
  }

  override webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    const member = this.#members.get(socket);
    return member === undefined ? super.webSocketMessage(socket, message) : this.#received(member, message);
  }

  override onMessage(connection: Connection<Member>, message: WSMessage): Promise<void> {
    return this.#received(this.#memberOf(connection), message);
  }

  async #received(member: MemberSocket, message: WSMessage): Promise<void> {
    if (!this.#isThere()) return;
    await this.#guarded(member, ({ room, door }) => {
      door.heard(member.id, typeof message === "string" ? "control" : "audio");
      room.received(member, typeof message === "string" ? message : bytesOf(message));
    });
  }

  override onClose(connection: Connection<Member>): Promise<void> {
    return this.#left(this.#memberOf(connection));
  }

  override onError(connection: Connection<Member>): Promise<void> {
    return this.#left(this.#memberOf(connection));
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
    try {
      socket.close(1000);
    } catch {
      // Answered already.
    }
  }

  /** partyserver keeps some errors to itself, and the runtime does not always tell of the end after one. */
  override async webSocketError(socket: WebSocket, error: unknown): Promise<void> {
    await super.webSocketError(socket, error);
    const member = this.#members.get(socket);
    if (member !== undefined) await this.#left(member);
  }

  async #left(member: MemberSocket): Promise<void> {
    if (!this.#isThere()) return;
    await this.#guarded(member, ({ room, door }) => {
      door.leave(member.id);
      room.left(member.id);
    });
  }

  /** What is refused, or what nobody foresaw, ends this member alone, and never reaches partyserver, which would send the stack along. */
  async #guarded(member: MemberSocket, work: (open: OpenRoom) => void | Promise<void>): Promise<void> {
    let open: OpenRoom | null = null;
    try {
      open = await this.#opened();
      await work(open);
    } catch (error) {
      const { code, message } = refusalOf(error);
      if (open === null) dismiss(member, code, message);
      else open.room.dismiss(member, code, message);
    }
  }

  /** A viewer has sent a new token. */
  async #renew(member: MemberSocket, token: string): Promise<void> {
    await this.#guarded(member, async ({ door }) => {
      const pass = await renewedPass(this.env, this.name, door.passOf(member.id), token);
      door.renew(member.id, pass);
      const connection = this.getConnection<Member>(member.id);
      connection?.setState((state) => ({ role: "viewer", ...state, pass }));
    });
  }

  override async onRequest(request: Request): Promise<Response> {
    const response = await answerRequest(request, () => this.#openForMembers());
    if (!response.ok || request.method === "GET") return response;
    const { pathname } = new URL(request.url);
    const open = await this.#opened();
    // Settings may have shortened what the room keeps, and a purge may have left nothing. Reading changes nothing, and
    // setting an alarm is a write.
    if (pathname !== roomPaths.revoke) await this.#keeping().expire(open);
    // Whoever deletes a room that nobody is in has done with it.
    if (pathname === roomPaths.purge) await this.#forgetSoon(open);
    return response;
  }

  /** Old captions are deleted, and rooms that hold nothing. The runtime tries again by itself when this throws. */
  override async onAlarm(): Promise<void> {
    if (!this.#isThere()) return;
    const open = await this.#opened();
    await this.#keeping().expire(open);
    await this.#forgetVacant(open);
  }

  /** The purge has been done in any case: where the tenant cannot be told, the alarm tries again. */
  async #forgetSoon(open: OpenRoom): Promise<void> {
    try {
      await this.#forgetVacant(open);
    } catch {
      await this.ctx.storage.setAlarm(Date.now() + timing.revocationRetryMs);
    }
  }

  async #forgetVacant(open: OpenRoom): Promise<void> {
    // One at a time, and only what is still here: a second would strike off the list whoever came after the first.
    if (this.#isForgetting || this.#current !== open) return;
    this.#isForgetting = true;
    this.#isListed = false;
    try {
      await this.#keeping().forgetVacant(open, () => {
        this.#room = null;
        this.#current = null;
      });
    } finally {
      this.#isForgetting = false;
    }
  }

  #keeping(): Housekeeping {
    return new Housekeeping(this.ctx.storage, this.#registry());
  }

  #registry(): Registry {
    return registryOf(this.env, this.name);
  }

  /** The room, for whoever comes in or asks: it may have been struck off the list by a try to forget it. */
  async #openForMembers(): Promise<OpenRoom> {
    const open = await this.#opened();
    if (!this.#isListed && !this.#isForgetting) {
      const standing = await this.#keeping().enlist();
      if (standing !== null) open.door.revoke(standing);
      this.#isListed = true;
    }
    return open;
  }

  /** One that is being made right now is: it has asked already what was revoked, and must not miss what comes. */
  #isThere(): boolean {
    return this.#room !== null || this.#keeping().exists;
  }

  /** The room, loaded once; after a failure the next member tries again. */
  #opened(): Promise<OpenRoom> {
    this.#room ??= this.#open().catch((error: unknown) => {
      this.#room = null;
      throw error;
    });
    return this.#room;
  }

  async #open(): Promise<OpenRoom> {
    const keeping = this.#keeping();
    // The tenant is asked first: a room that may not be leaves nothing behind.
    const standing = keeping.exists ? null : await keeping.applyForRoom();
    const store = new SqliteStore(keeping.sqlite);
    if (standing !== null) await keeping.moveIn(standing);
    // Before there is a room that would live on if this failed.
    const missed = await keeping.enlist();
    const room = await Room.open(this.#ports(), store, new SqliteMeasures(keeping.sqlite));
    const door = new Door(keeping.book, {
      now: platform.now,
      setTimer: platform.setTimer,
      settings: () => room.describe().settings,
      dismiss: (socket, code) => room.dismiss(socket, code),
    });
    const open = { room, door, observers: new Observers(room, platform) };
    this.#current = open;
    for (const connection of this.getConnections<Member>()) this.#takeBack(connection, open);
    if (missed !== null) door.revoke(missed);
    this.#isListed = true;
    door.sweep();
    return open;
  }

  /** Its socket has outlived the room's memory. */
  #takeBack(connection: Connection<Member>, { room, door }: OpenRoom): void {
    const { state } = connection;
    if (state === null) return;
    const socket = this.#memberOf(connection);
    if (state.role === "viewer") {
      door.keep(socket, state.role, state.pass);
      room.viewerKept(socket, state.probe === true);
    }
    // A publisher comes back with its session and position.
    else dismiss(socket, "draining");
  }

  #memberOf(connection: Connection): MemberSocket {
    const known = this.#members.get(connection);
    if (known !== undefined) return known;
    const member = memberSocket(connection, {
      lastPingAt: () => this.ctx.getWebSocketAutoResponseTimestamp(connection),
      // Whoever is sent away has left, whether its end of the socket ever answers or not.
      closing: () => this.#current?.door.leave(connection.id),
    });
    this.#members.set(connection, member);
    return member;
  }

  #ports(): Ports {
    const provider = parseProvider(this.env);
    return {
      ...platform,
      dial: (request, listener) => dialProvider(provider, request, listener),
      transcribe: (request, answered) => transcribe(provider, request, answered),
      renew: (socket, token) => void this.#renew(socket, token),
      beat: () => this.#current?.door.sweep(),
      die: () => this.ctx.abort("storage failed"),
      log: (event, fields) => console.log({ event, room: this.name, ...fields }),
      record: recorder(this.env.STATS, this.name),
    };
  }
}

/** What a member may know of an error; what nobody foresaw is logged by name. */
function refusalOf(error: unknown): CaptionwireError {
  if (error instanceof CaptionwireError) return error;
  console.error({ event: "member_failed", error: error instanceof Error ? error.name : "unknown" });
  return new CaptionwireError("internal");
}

function bytesOf(message: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(message)
    ? new Uint8Array(message.buffer, message.byteOffset, message.byteLength)
    : new Uint8Array(message);
}
