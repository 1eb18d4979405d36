import { CaptionwireError } from "../../shared/errors.ts";
import { timing } from "../../shared/limits.ts";
import { positionIn } from "../../shared/position.ts";
import { memberIn, passIn } from "../callers.ts";
import { roomPaths } from "../paths.ts";
import { platform } from "../platform.ts";
import { dismiss } from "../room/dismiss.ts";
import { Door } from "../room/door/door.ts";
import { isRevoked } from "../room/door/standing.ts";
import type { MemberSocket, Ports } from "../room/ports.ts";
import { Room } from "../room/room.ts";
import type { Ground, Seat } from "./ground.ts";
import { Housekeeping } from "./housekeeping.ts";
import { Observers } from "./observers.ts";
import { refusalOf, refused } from "./refused.ts";
import { renewedPass } from "./renewal.ts";
import { answerRequest, type OpenRoom } from "./requests.ts";

/**
 * A room's host without its platform: the room is loaded when somebody needs it, told what happens, and forgotten when it
 * holds nothing. A platform calls in here; what it has to give is `Ground`.
 *
 * Nothing of it throws but `alarm`: whoever is refused, and whatever nobody foresaw, is answered from the table of errors.
 */
export class RoomHost {
  readonly #ground: Ground;
  readonly #keeping: Housekeeping;
  #room: Promise<OpenRoom> | null = null;
  /** The same, once it is loaded. */
  #current: OpenRoom | null = null;
  #isForgetting = false;
  /** Surely on the tenant's list, so that no revocation passes it by. */
  #isListed = false;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#keeping = new Housekeeping(ground);
  }

  /**
   * The platform has begun, perhaps because of sockets that outlived the room's memory. A failure is met by whoever needs
   * the room next. Nor is a room made here: the last frames of a socket that was refused, or left a room that is forgotten,
   * wake it too.
   */
  async wake(): Promise<void> {
    if (this.#isThere()) await this.#opened().catch(() => {});
  }

  /**
   * What a request (also an upgrade) is refused with before anything is kept for it; `null`: it may come in. Only members
   * (by a socket or a stream of events), tickets and settings make a room, and nobody without a token does, nor anybody while
   * the tenant cannot be asked.
   */
  async refusalFor(request: Request): Promise<CaptionwireError | null> {
    try {
      return await this.#refusalFor(request);
    } catch (error) {
      return refusalOf(error, "request_failed");
    }
  }

  async #refusalFor(request: Request): Promise<CaptionwireError | null> {
    const pass = passIn(request);
    const isAnybody = pass?.tokenId === null;
    const { pathname } = new URL(request.url);
    const isTicket = pathname === roomPaths.ticket;
    // Whoever waits for a programme by events would give up for good: an `EventSource` does not come back after a refusal.
    const isMember = request.headers.get("upgrade") !== null || pathname === roomPaths.events;
    const makesRoom = (request.method === "PUT" || isMember || isTicket) && !isAnybody;
    if (!makesRoom && !this.#isThere()) {
      // Whether a room that is not public exists is nobody's business.
      return isAnybody
        ? new CaptionwireError("unauthenticated")
        : new CaptionwireError(
            "not_found",
            "No such room yet. It is made when somebody joins it, or by PUT.",
          );
    }
    // A token that was revoked makes no room either.
    if (this.#isThere() || pass === null) return null;
    const standing = await this.#ground.registry.standing();
    return isRevoked(standing, pass) ? new CaptionwireError("token_revoked") : null;
  }

  /** A socket has been opened; answers what its member is refused with, `null` when it is in. */
  async join(seat: Seat, request: Request): Promise<CaptionwireError | null> {
    try {
      const member = memberIn(request);
      const { role, pass, takeover } = member;
      const canProbe = member.probe === true;
      const open = await this.#openForMembers();
      const { room, door } = open;
      door.enter(seat, role, pass);
      seat.remember(member);
      const position = positionIn(new URL(request.url).searchParams);
      if (role === "viewer") room.viewerJoined(seat, position, pass.expiresAt, canProbe);
      else {
        const { expiresAt } = pass;
        const allowance = door.allowance(pass);
        room.publisherJoined(seat, { takeover: takeover === true, expiresAt, allowance, canProbe });
        // Whatever this one will say expires some day.
        await this.#keeping.expire(open).catch(() => {});
      }
      return null;
    } catch (error) {
      return refusalOf(error, "member_failed");
    }
  }

  async received(member: MemberSocket, message: string | ArrayBuffer | ArrayBufferView): Promise<void> {
    if (!this.#isThere()) return;
    await this.#guarded(member, ({ room, door }) => {
      door.heard(member.id, typeof message === "string" ? "control" : "audio");
      room.received(member, typeof message === "string" ? message : bytesOf(message));
    });
  }

  /** Its socket is closed or broken. May be told more than once. */
  async left(member: MemberSocket): Promise<void> {
    if (!this.#isThere()) return;
    await this.#guarded(member, ({ room, door }) => {
      door.leave(member.id);
      room.left(member.id);
    });
  }

  /** Whoever is sent away has left, whether its end of the socket ever answers or not. */
  closing(id: string): void {
    this.#current?.door.leave(id);
  }

  /** Answers what `refusalFor` lets in and is no upgrade. */
  async answer(request: Request): Promise<Response> {
    const response = await answerRequest(request, () => this.#openForMembers());
    if (!response.ok || request.method === "GET") return response;
    try {
      await this.#changed(new URL(request.url).pathname);
      return response;
    } catch (error) {
      return refused(refusalOf(error, "request_failed"));
    }
  }

  /** Settings may have shortened what the room keeps, and a purge may have left nothing. */
  async #changed(pathname: string): Promise<void> {
    const open = await this.#opened();
    // Setting an alarm is a write.
    if (pathname !== roomPaths.revoke) await this.#keeping.expire(open);
    // Whoever deletes a room that nobody is in has done with it.
    if (pathname === roomPaths.purge) await this.#forgetSoon(open);
  }

  /** Old captions are deleted, and rooms that hold nothing. To be called again when it throws. */
  async alarm(): Promise<void> {
    if (!this.#isThere()) return;
    const open = await this.#opened();
    await this.#keeping.expire(open);
    await this.#forgetVacant(open);
  }

  /** What is refused, or what nobody foresaw, ends this member alone, and never reaches the platform, which may send the stack along. */
  async #guarded(member: MemberSocket, work: (open: OpenRoom) => void | Promise<void>): Promise<void> {
    let open: OpenRoom | null = null;
    try {
      open = await this.#opened();
      await work(open);
    } catch (error) {
      const { code, message } = refusalOf(error, "member_failed");
      if (open === null) dismiss(member, code, message);
      else open.room.dismiss(member, code, message);
    }
  }

  /** A viewer has sent a new token. */
  async #renew(socket: MemberSocket, token: string): Promise<void> {
    await this.#guarded(socket, async ({ door }) => {
      const { env, name } = this.#ground;
      const pass = await renewedPass(env, name, door.passOf(socket.id), token);
      door.renew(socket.id, pass);
      const seat = this.#ground.seat(socket.id);
      seat?.remember({ role: "viewer", ...seat.member, pass });
    });
  }

  /** The purge has been done in any case: where the tenant cannot be told, the alarm tries again. */
  async #forgetSoon(open: OpenRoom): Promise<void> {
    try {
      await this.#forgetVacant(open);
    } catch {
      await this.#ground.setAlarm(Date.now() + timing.revocationRetryMs);
    }
  }

  async #forgetVacant(open: OpenRoom): Promise<void> {
    // One at a time, and only what is still here: a second would strike off the list whoever came after the first.
    if (this.#isForgetting || this.#current !== open) return;
    this.#isForgetting = true;
    this.#isListed = false;
    try {
      await this.#keeping.forgetVacant(open, () => {
        this.#room = null;
        this.#current = null;
      });
    } finally {
      this.#isForgetting = false;
    }
  }

  /** The room, for whoever comes in or asks: it may have been struck off the list by a try to forget it. */
  async #openForMembers(): Promise<OpenRoom> {
    const open = await this.#opened();
    if (!this.#isListed && !this.#isForgetting) {
      const standing = await this.#keeping.enlist(open.book);
      if (standing !== null) open.door.revoke(standing);
      this.#isListed = true;
    }
    return open;
  }

  /** One that is being made right now is: it has asked already what was revoked, and must not miss what comes. */
  #isThere(): boolean {
    return this.#room !== null || this.#ground.exists();
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
    const ground = this.#ground;
    // The tenant is asked first: a room that may not be leaves nothing behind.
    const standing = ground.exists() ? null : await this.#keeping.applyForRoom();
    const { store, measures, book } = await ground.keep();
    if (standing !== null) await this.#keeping.moveIn(book, standing);
    // Before there is a room that would live on if this failed.
    const missed = await this.#keeping.enlist(book);
    const room = await Room.open(this.#ports(), store, measures);
    const door = new Door(book, {
      now: platform.now,
      setTimer: platform.setTimer,
      settings: () => room.describe().settings,
      dismiss: (socket, code) => room.dismiss(socket, code),
    });
    const open = { room, door, book, observers: new Observers(room, platform) };
    this.#current = open;
    for (const seat of ground.seats()) takeBack(seat, open);
    if (missed !== null) door.revoke(missed);
    this.#isListed = true;
    door.sweep();
    return open;
  }

  #ports(): Ports {
    const ground = this.#ground;
    return {
      ...platform,
      ...ground.ports(),
      renew: (socket, token) => void this.#renew(socket, token),
      beat: () => this.#current?.door.sweep(),
      log: (event, fields) => console.log({ event, room: ground.name, ...fields }),
    };
  }
}

/** Its socket has outlived the room's memory. */
function takeBack(seat: Seat, { room, door }: OpenRoom): void {
  const { member } = seat;
  if (member === null) return;
  if (member.role === "viewer") {
    door.keep(seat, member.role, member.pass);
    room.viewerKept(seat, member.probe === true);
  }
  // A publisher comes back with its session and position.
  else dismiss(seat, "draining");
}

function bytesOf(message: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(message)
    ? new Uint8Array(message.buffer, message.byteOffset, message.byteLength)
    : new Uint8Array(message);
}
