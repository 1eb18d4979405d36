import type { MemberSocket, Ports } from "../../../party/room/ports.ts";
import { Room } from "../../../party/room/room.ts";
import { errorFrame, errorTable } from "../../../shared/errors.ts";
import { parsePosition } from "../../../shared/position.ts";
import type { TapeProvider } from "../../support/tape/provider.ts";
import type { Random } from "../../support/tape/random.ts";
import { type Clock, Timers } from "./clock.ts";
import type { Link, LinkHost } from "./link.ts";
import { type Disk, diskFull } from "./store.ts";

export type HostHooks = {
  /** A publisher's frame is handed to the room. */
  published(link: Link, frame: string | Uint8Array<ArrayBuffer>): void;
  /** The room sends a publisher a frame. */
  told(link: Link, text: string): void;
  left(link: Link): void;
  died(): void;
  violation(what: string): void;
  note(what: string): void;
};

export type Death = {
  /** What becomes of the members' sockets: closed with 1006, or kept while the object sleeps. */
  readonly publishers: "closed" | "kept";
  readonly viewers: "closed" | "kept";
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
 * The platform under the room, as `party/server.ts` uses it: opens the room for whatever happens next, keeps or loses
 * sockets, answers pings by itself, and may drop the object at any time.
 */
export class Host implements LinkHost {
  readonly links = new Set<Link>();
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #disk: Disk;
  readonly #provider: TapeProvider;
  readonly #hooks: HostHooks;
  /** Sockets that have been handed to a room. */
  readonly #known = new WeakSet<Link>();
  #incarnation: Incarnation | null = null;
  #ids = 0;
  /** What the wall clock shows beyond the time that has passed. */
  wallOffsetMs = 1_700_000_000_000;

  constructor(parts: {
    readonly clock: Clock;
    readonly random: Random;
    readonly disk: Disk;
    readonly provider: TapeProvider;
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

  get room(): Room | null {
    return this.#incarnation?.room ?? null;
  }

  get pendingTimers(): number {
    return this.#incarnation?.timers.pending ?? 0;
  }

  joined(link: Link): void {
    this.links.add(link);
    this.#work((room, incarnation) => {
      this.#known.add(link);
      const member = this.#member(link, incarnation);
      const { searchParams } = link.url;
      if (link.role === "publisher") {
        room.publisherJoined(member, {
          takeover: searchParams.get("takeover") === "1",
        });
        return;
      }
      const position = parsePosition(searchParams.get("epoch"), searchParams.get("version"));
      room.viewerJoined(member, position, Number.MAX_SAFE_INTEGER);
    });
  }

  received(link: Link, frame: string | Uint8Array<ArrayBuffer>): void {
    this.#work((room, incarnation) => {
      if (link.role === "publisher") this.#hooks.published(link, frame);
      room.received(this.#member(link, incarnation), frame);
    });
  }

  left(link: Link): void {
    this.links.delete(link);
    this.#work((room) => {
      this.#hooks.left(link);
      room.left(link.id);
    });
  }

  /** The object is dropped from memory, without a word to anybody. */
  die(death: Death): void {
    const incarnation = this.#incarnation;
    if (incarnation === null) return;
    incarnation.isAlive = false;
    incarnation.timers.kill();
    this.#incarnation = null;
    this.#provider.forsake();
    void this.#disk.crash();
    this.#hooks.died();
    for (const link of [...this.links]) {
      const fate = link.role === "publisher" ? death.publishers : death.viewers;
      if (fate === "kept" && this.#known.has(link)) continue;
      this.links.delete(link);
      link.hostDied();
    }
  }

  #work(work: (room: Room, incarnation: Incarnation) => void): void {
    this.#incarnation ??= this.#open();
    const incarnation = this.#incarnation;
    const guarded = (room: Room): void => {
      try {
        if (incarnation.isAlive) work(room, incarnation);
      } catch (error) {
        this.#hooks.violation(`the room threw: ${error instanceof Error ? error.stack : error}`);
      }
    };
    if (incarnation.room === null) incarnation.waiting.push(guarded);
    else guarded(incarnation.room);
  }

  #open(): Incarnation {
    const incarnation = new Incarnation(this.#clock);
    const kept = [...this.links].filter((link) => this.#known.has(link));
    this.#hooks.note("a new object opens the room");
    void Room.open(this.#ports(incarnation), this.#disk.open()).then(
      (room) => {
        if (!incarnation.isAlive) return;
        incarnation.room = room;
        for (const link of kept) this.#readopt(link, room, incarnation);
        for (const work of incarnation.waiting) work(room);
        incarnation.waiting = [];
      },
      () => {
        if (incarnation.isAlive) this.die({ publishers: "closed", viewers: "closed" });
      },
    );
    return incarnation;
  }

  #readopt(link: Link, room: Room, incarnation: Incarnation): void {
    if (!this.links.has(link)) return;
    const member = this.#member(link, incarnation);
    if (link.role === "viewer") {
      room.viewerKept(member);
      return;
    }
    member.send(JSON.stringify(errorFrame("draining")));
    member.close(errorTable.draining.close, "draining");
  }

  #member(link: Link, incarnation: Incarnation): MemberSocket {
    return {
      id: link.id,
      lastPingAt: () => link.lastPingAt,
      send: (text) => {
        if (!incarnation.isAlive) return;
        if (link.role === "publisher") this.#hooks.told(link, text);
        link.tell(text);
      },
      close: (code, reason) => {
        if (incarnation.isAlive) link.close(code, reason);
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
        if (!incarnation.isAlive) return;
        this.#hooks.note("the room gives itself up");
        this.die({ publishers: "closed", viewers: "closed" });
      },
      log: (event, { error }) => {
        if (event !== "room_failed" || error === diskFull || !incarnation.isAlive) return;
        this.#hooks.violation(`the room gave itself up for no good reason: ${error}`);
      },
    };
  }
}
