import type * as Party from "partykit/server";
import * as v from "valibot";
import { CaptionwireError } from "../shared/errors.ts";
import { ping } from "../shared/protocol.ts";
import { BaseUrlSchema } from "./bridge/address.ts";
import { atRoom, nameIn, vouchedFor } from "./bridge/addressed.ts";
import { registryAt } from "./bridge/http-registry.ts";
import type { Member } from "./callers.ts";
import type { Ground, Seat } from "./host/ground.ts";
import { RoomHost } from "./host/host.ts";
import { closeQuietly, isOpen, seatOf } from "./host/members.ts";
import { Pings } from "./host/pings.ts";
import { refusalOf, refused } from "./host/refused.ts";
import { kvGround, nameAt, triedAgain } from "./kv-ground.ts";
import { dismiss } from "./room/dismiss.ts";
import { signingKeysOf } from "./tokens/signing-keys.ts";
import { workerdPorts } from "./workerd.ts";

/** Where the edge Worker is, which keeps the list of a tenant's rooms. */
const EdgeSchema = v.object({ EDGE_URL: BaseUrlSchema });

type Connection = Party.Connection<Member>;

/**
 * The room under the PartyKit CLI: platform calls in, core calls out, as in `server.ts`. It is reached by whoever the edge
 * Worker vouches for, and by nobody else.
 */
export default class CaptionParty {
  // With it, PartyKit's runtime ends the connection of a member that was sent away, and had said nothing, 10 s later.
  readonly options = { hibernate: false };
  readonly #room: Party.Room;
  readonly #seats = new WeakMap<Connection, Seat>();
  readonly #pings = new Pings();
  #host: Promise<RoomHost> | null = null;
  /** The same, once there is one. */
  #current: RoomHost | null = null;

  constructor(room: Party.Room) {
    this.#room = room;
  }

  static onBeforeRequest(request: Request, { env }: Party.Lobby): Promise<Request | Response> {
    return vouchedFor(request, env);
  }

  static onBeforeConnect(request: Request, { env }: Party.Lobby): Promise<Request | Response> {
    return vouchedFor(request, env);
  }

  static onFetch(): Response {
    return refused(new CaptionwireError("not_found"));
  }

  /** PartyKit answers what is thrown by its message, which is nobody's business. */
  async onRequest(request: Request): Promise<Response> {
    try {
      const asked = atRoom(request);
      const host = await this.#hosted(() => nameIn(request.url));
      const refusal = await host.refusalFor(asked);
      return refusal === null ? await host.answer(asked) : refused(refusal);
    } catch (error) {
      return refused(refusalOf(error, "request_failed"));
    }
  }

  /** The upgrade is made already: who is refused is told by a frame and a close code. */
  onConnect(connection: Connection, { request }: { request: Request }): Promise<void> {
    return this.#tell(connection, async (host, seat) => {
      const asked = atRoom(request);
      const refusal = (await host.refusalFor(asked)) ?? (await host.join(seat, asked));
      if (refusal !== null) throw refusal;
    });
  }

  onMessage(message: string | ArrayBuffer | ArrayBufferView, connection: Connection): Promise<void> {
    if (message !== ping) return this.#tell(connection, (host, seat) => host.received(seat, message));
    this.#pings.answer(this.#seatOf(connection));
    return Promise.resolve();
  }

  async onClose(connection: Connection): Promise<void> {
    await this.#tell(connection, (host, seat) => host.left(seat));
    // PartyKit answers no close frame: the other end would wait for its connection to end.
    closeQuietly(connection, 1000, "");
  }

  onError(connection: Connection): Promise<void> {
    return this.#tell(connection, (host, seat) => host.left(seat));
  }

  onAlarm(): Promise<void> {
    const { storage } = this.#room;
    return triedAgain(storage, async () => (await this.#hosted(() => nameAt(storage))).alarm());
  }

  /** Whatever is thrown ends this member alone. */
  async #tell(connection: Connection, tell: (host: RoomHost, seat: Seat) => Promise<void>): Promise<void> {
    const seat = this.#seatOf(connection);
    try {
      await tell(await this.#hosted(() => nameIn(connection.uri)), seat);
    } catch (error) {
      const { code, message } = refusalOf(error, "member_failed");
      dismiss(seat, code, message);
    }
  }

  #seatOf(connection: Connection): Seat {
    const known = this.#seats.get(connection);
    if (known !== undefined) return known;
    const seat: Seat = seatOf(connection, {
      lastPingAt: () => this.#pings.lastAt(seat),
      closing: () => this.#current?.closing(connection.id),
    });
    this.#seats.set(connection, seat);
    return seat;
  }

  /** Not in `onStart`: PartyKit does not start a second time what has failed to. */
  #hosted(nameNow: () => string | Promise<string>): Promise<RoomHost> {
    this.#host ??= this.#begin(nameNow).catch((error: unknown) => {
      this.#host = null;
      throw error;
    });
    return this.#host;
  }

  async #begin(nameNow: () => string | Promise<string>): Promise<RoomHost> {
    this.#current = new RoomHost(await this.#ground(await nameNow()));
    return this.#current;
  }

  async #ground(name: string): Promise<Ground> {
    const room = this.#room;
    // What is thrown while it is blocked has the object reset, and drops its sockets.
    const die = () => void room.blockConcurrencyWhile(() => Promise.reject(new Error("storage failed")));
    return {
      ...(await kvGround(room.storage, name, die)),
      env: room.env,
      registry: registryAt(v.parse(EdgeSchema, room.env).EDGE_URL, name, signingKeysOf(room.env)),
      ports: () => ({ ...workerdPorts(room.env, name, undefined), die }),
      seats: () => [...room.getConnections<Member>()].filter(isOpen).map((each) => this.#seatOf(each)),
      seat: (id) => {
        const connection = room.getConnection<Member>(id);
        return connection === undefined ? null : this.#seatOf(connection);
      },
    };
  }
}
