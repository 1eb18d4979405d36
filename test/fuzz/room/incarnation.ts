import type { DialListener, Ports } from "../../../party/room/ports.ts";
import { Room } from "../../../party/room/room.ts";
import type { Random } from "../../support/tape/random.ts";
import { type Clock, Timers } from "./clock.ts";
import { type Disk, diskFull } from "./store.ts";

/** The provider as the platform reaches it. `forsake`: the object that held its sockets is gone. */
export type ReachedProvider = Pick<Ports, "dial" | "transcribe"> & { forsake(): void };

/** One object that holds the room in memory. All it is and does ends with it. */
export class Incarnation {
  readonly timers: Timers;
  room: Room | null = null;
  /** What happened while the room was being loaded. */
  waiting: ((room: Room) => void)[] = [];
  isAlive = true;

  constructor(clock: Clock) {
    this.timers = new Timers(clock);
  }
}

export type LivesParts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly provider: ReachedProvider;
};

/** The lives of a room's objects, one after the other, on one disk: each is made for whatever happens next. */
export abstract class Lives {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #disk: Disk;
  readonly #provider: ReachedProvider;
  readonly #violation: (what: string) => void;
  #incarnation: Incarnation | null = null;
  #ids = 0;
  /** What the wall clock shows beyond the time that has passed. */
  wallOffsetMs = 1_700_000_000_000;

  constructor({ clock, random, disk, provider }: LivesParts, violation: (what: string) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#disk = disk;
    this.#provider = provider;
    this.#violation = violation;
  }

  /** A new object is about to load the room; what this answers is run once the room is there, before anything else. */
  protected abstract opening(): (room: Room, incarnation: Incarnation) => void;

  /** The object is of no use any more: its storage failed. */
  protected abstract gaveUp(): void;

  wallMs(): number {
    return this.wallOffsetMs + this.#clock.elapsedMs;
  }

  get room(): Room | null {
    return this.#incarnation?.room ?? null;
  }

  get pendingTimers(): number {
    return this.#incarnation?.timers.pending ?? 0;
  }

  /** Something happens in the room, which is loaded first if need be. */
  run(work: (room: Room, incarnation: Incarnation) => void): void {
    this.#incarnation ??= this.#open();
    const incarnation = this.#incarnation;
    const guarded = (room: Room): void => {
      try {
        if (incarnation.isAlive) work(room, incarnation);
      } catch (error) {
        this.#violation(`the room threw: ${error instanceof Error ? error.stack : error}`);
      }
    };
    if (incarnation.room === null) incarnation.waiting.push(guarded);
    else guarded(incarnation.room);
  }

  /** The object is dropped from memory, without a word to anybody; tells whether there was one. */
  end(): boolean {
    const incarnation = this.#incarnation;
    if (incarnation === null) return false;
    incarnation.isAlive = false;
    incarnation.timers.kill();
    this.#incarnation = null;
    this.#provider.forsake();
    void this.#disk.crash();
    return true;
  }

  #open(): Incarnation {
    const incarnation = new Incarnation(this.#clock);
    const opened = this.opening();
    void Room.open(this.#ports(incarnation), this.#disk.open(), this.#disk.openMeasures()).then(
      (room) => {
        if (!incarnation.isAlive) return;
        incarnation.room = room;
        opened(room, incarnation);
        for (const work of incarnation.waiting) work(room);
        incarnation.waiting = [];
      },
      () => {
        if (incarnation.isAlive) this.gaveUp();
      },
    );
    return incarnation;
  }

  #ports(incarnation: Incarnation): Ports {
    const unlessDead =
      <Arguments extends unknown[]>(run: (...given: Arguments) => void) =>
      (...given: Arguments): void => {
        if (incarnation.isAlive) run(...given);
      };
    const heardUnlessDead = (listener: DialListener): DialListener => ({
      opened: unlessDead(() => listener.opened()),
      refused: unlessDead((status, detail) => listener.refused(status, detail)),
      message: unlessDead((text) => listener.message(text)),
      closed: unlessDead((code, reason) => listener.closed(code, reason)),
    });
    return {
      now: () => this.wallMs(),
      random: this.#random.next,
      newId: () => `id${(++this.#ids).toString(36).padStart(4, "0")}`,
      setTimer: incarnation.timers.set,
      dial: (request, listener) =>
        incarnation.isAlive
          ? this.#provider.dial(request, heardUnlessDead(listener))
          : { send: () => {}, abandon: () => {} },
      transcribe: (request, answered) =>
        incarnation.isAlive ? this.#provider.transcribe(request, unlessDead(answered)) : () => {},
      renew: () => this.#violation("nobody has shown a token"),
      beat: () => {},
      record: () => {},
      die: unlessDead(() => this.gaveUp()),
      log: (event, { error }) => {
        if (event === "measures_failed" && error !== diskFull) this.#violation(`measuring failed: ${error}`);
        if (event !== "room_failed" || error === diskFull || !incarnation.isAlive) return;
        this.#violation(`the room gave itself up for no good reason: ${error}`);
      },
    };
  }
}
