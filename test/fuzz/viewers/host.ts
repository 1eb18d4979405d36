import type { MemberSocket, Ports } from "../../../party/room/ports.ts";
import { Room } from "../../../party/room/room.ts";
import { errorFrame, errorTable } from "../../../shared/errors.ts";
import { type Position, parsePosition } from "../../../shared/position.ts";
import type { Role } from "../../../shared/protocol.ts";
import type { Random } from "../../support/tape/random.ts";
import { type Clock, Timers } from "../room/clock.ts";
import type { LinkHost } from "../room/link.ts";
import { type Disk, diskFull } from "../room/store.ts";
import type { Provider } from "./provider.ts";

/** The room's end of a member's connection. */
export type Wire = {
  readonly id: string;
  readonly role: Role;
  readonly url: URL;
  readonly lastPingAt: number | null;
  /** The host itself ends this one when it falls behind. */
  readonly isSelfPaced?: boolean;
  tell(text: string, head?: Position): void;
  close(code: number, reason: string): void;
  hostDied(): void;
};

export type HostHooks = {
  died(): void;
  violation(what: string): void;
};

/** One object that holds the room in memory. All it is and does ends with it. */
class Incarnation {
  readonly timers: Timers;
  room: Room | null = null;
  /** What happened while the room was being loaded. */
  waiting: ((room: Room) => void)[] = [];
  isAlive = true;

  constructor(clock: Clock) {
    this.timers = new Timers(clock);
  }
}

/**
 * The platform under the room for a crowd of viewers, as `party/server.ts` uses it: opens the room for whatever happens
 * next, keeps or loses sockets, and may drop the object at any time.
 */
export class Host implements LinkHost {
  readonly wires = new Set<Wire>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #disk: Disk;
  readonly #provider: Provider;
  readonly #hooks: HostHooks;
  /** Sockets that have been handed to a room. */
  readonly #known = new WeakSet<Wire>();
  #incarnation: Incarnation | null = null;
  #ids = 0;
  /** What the wall clock shows beyond the time that has passed. */
  wallOffsetMs = 1_700_000_000_000;

  constructor(parts: {
    readonly clock: Clock;
    readonly random: Random;
    readonly disk: Disk;
    readonly provider: Provider;
    readonly hooks: HostHooks;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#disk = parts.disk;
    this.#provider = parts.provider;
    this.#hooks = parts.hooks;
  }

  wallMs(): number {
    return this.wallOffsetMs + this.#clock.elapsedMs;
  }

  /** Nothing would wake it by itself: the platform may take it out of memory and keep its viewers. */
  get isIdle(): boolean {
    return this.#incarnation === null || this.#incarnation.timers.pending === 0;
  }

  joined(wire: Wire): void {
    this.wires.add(wire);
    this.run((room, member) => {
      // It may have been cut while the room was being loaded.
      if (!this.wires.has(wire)) return;
      this.#known.add(wire);
      const { searchParams } = wire.url;
      if (wire.role === "publisher") {
        room.publisherJoined(member(wire), { takeover: false });
        return;
      }
      const position = parsePosition(searchParams.get("epoch"), searchParams.get("version"));
      room.viewerJoined(member(wire), position, Number.MAX_SAFE_INTEGER);
    });
  }

  received(wire: Wire, frame: string | Uint8Array<ArrayBuffer>): void {
    this.run((room, member) => room.received(member(wire), frame));
  }

  left(wire: Wire): void {
    if (this.wires.delete(wire)) this.run((room) => room.left(wire.id));
  }

  /** Something happens in the room, which is loaded first if need be. */
  run(work: (room: Room, member: (wire: Wire) => MemberSocket) => void): void {
    this.#incarnation ??= this.#open();
    const incarnation = this.#incarnation;
    const guarded = (room: Room): void => {
      try {
        if (incarnation.isAlive) work(room, (wire) => this.#member(wire, incarnation));
      } catch (error) {
        this.#hooks.violation(`the room threw: ${error instanceof Error ? error.stack : error}`);
      }
    };
    if (incarnation.room === null) incarnation.waiting.push(guarded);
    else guarded(incarnation.room);
  }

  /** The object is dropped from memory, without a word to anybody; viewers' sockets may outlive it. */
  die(viewers: "closed" | "kept"): void {
    const incarnation = this.#incarnation;
    if (incarnation === null) return;
    incarnation.isAlive = false;
    incarnation.timers.kill();
    this.#incarnation = null;
    this.#provider.forsake();
    void this.#disk.crash();
    this.#hooks.died();
    for (const wire of [...this.wires]) {
      if (wire.role === "viewer" && viewers === "kept" && this.#known.has(wire)) continue;
      this.wires.delete(wire);
      wire.hostDied();
    }
  }

  #open(): Incarnation {
    const incarnation = new Incarnation(this.#clock);
    const kept = [...this.wires].filter((wire) => this.#known.has(wire));
    void Room.open(this.#ports(incarnation), this.#disk.open()).then(
      (room) => {
        if (!incarnation.isAlive) return;
        incarnation.room = room;
        for (const wire of kept) this.#readopt(wire, room, incarnation);
        for (const work of incarnation.waiting) work(room);
        incarnation.waiting = [];
      },
      () => {
        if (incarnation.isAlive) this.die("closed");
      },
    );
    return incarnation;
  }

  #readopt(wire: Wire, room: Room, incarnation: Incarnation): void {
    if (!this.wires.has(wire)) return;
    const member = this.#member(wire, incarnation);
    if (wire.role === "viewer") {
      room.viewerKept(member);
      return;
    }
    member.send(JSON.stringify(errorFrame("draining")));
    member.close(errorTable.draining.close, "draining");
  }

  #member(wire: Wire, incarnation: Incarnation): MemberSocket {
    return {
      id: wire.id,
      ...(wire.isSelfPaced ? { selfPaced: true } : {}),
      lastPingAt: () => wire.lastPingAt,
      send: (text, head) => {
        if (incarnation.isAlive && this.wires.has(wire)) wire.tell(text, head);
      },
      close: (code, reason) => {
        if (incarnation.isAlive && this.wires.has(wire)) wire.close(code, reason);
      },
    };
  }

  #ports(incarnation: Incarnation): Ports {
    const unlessDead =
      <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
      (...given: Arguments): void => {
        if (incarnation.isAlive) run(...given);
      };
    return {
      now: () => this.wallMs(),
      random: this.#random.next,
      newId: () => `id${(++this.#ids).toString(36).padStart(4, "0")}`,
      setTimer: incarnation.timers.set,
      dial: (request, listener) => {
        if (!incarnation.isAlive) return { send: () => {}, abandon: () => {} };
        return this.#provider.dial(request, {
          opened: unlessDead(() => listener.opened()),
          refused: unlessDead((status, detail) => listener.refused(status, detail)),
          message: unlessDead((text) => listener.message(text)),
          closed: unlessDead((code, reason) => listener.closed(code, reason)),
        });
      },
      transcribe: (request, answered) =>
        incarnation.isAlive ? this.#provider.transcribe(request, unlessDead(answered)) : () => {},
      die: () => {
        if (incarnation.isAlive) this.die("closed");
      },
      log: (event, { error }) => {
        if (event !== "room_failed" || error === diskFull || !incarnation.isAlive) return;
        this.#hooks.violation(`the room gave itself up for no good reason: ${error}`);
      },
    };
  }
}
