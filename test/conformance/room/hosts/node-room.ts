import type { ServerResponse } from "node:http";
import type { WebSocket } from "ws";
import { transcribe } from "../../../../party/batch.ts";
import type { Ground } from "../../../../party/host/ground.ts";
import { RoomHost } from "../../../../party/host/host.ts";
import type { Provider } from "../../../../party/provider.ts";
import { KvPlace } from "../../../../party/room/kv-place.ts";
import type { Cancel, Ports } from "../../../../party/room/ports.ts";
import type { Registry } from "../../../../party/tenant/registry.ts";
import { type Disk, MemoryKeyValues } from "../../../support/memory-key-values.ts";
import { dialInNode } from "./node-dial.ts";
import { NodeSeat } from "./node-seat.ts";

/** What a room has of the world around it. */
export type Surroundings = {
  readonly env: object;
  readonly provider: Provider;
  registry(name: string): Registry;
};

/** Node's timers go no further; whoever wakes too early looks again. */
const timerMaxMs = 2 ** 31 - 1;
const alarmRetryMs = 1_000;

/** A room in this process: what is on its disk and its alarm outlive the objects that hold it in memory. */
export class NodeRoom {
  readonly name: string;
  readonly #surroundings: Surroundings;
  readonly #disk: Disk = new Map();
  #alarm: NodeJS.Timeout | null = null;
  #life: Promise<Life> | null = null;

  constructor(name: string, surroundings: Surroundings) {
    this.name = name;
    this.#surroundings = surroundings;
  }

  /** The object that holds the room in memory; a new one where there is none. */
  life(): Promise<Life> {
    this.#life ??= this.#begun().catch((error: unknown) => {
      this.#life = null;
      throw error;
    });
    return this.#life;
  }

  /** The object is gone with all it knew, and every connection with it; tells whether there was one. */
  async evict(): Promise<boolean> {
    const life = await this.#life;
    this.#life = null;
    life?.end();
    return life !== null;
  }

  #begun(): Promise<Life> {
    return Life.begin(this.name, this.#disk, this.#surroundings, {
      setAlarm: (at) => this.#setAlarm(at),
      died: () => void this.evict(),
    });
  }

  async close(): Promise<void> {
    this.#setAlarm(null);
    await this.evict();
  }

  #setAlarm(at: number | null): void {
    if (this.#alarm !== null) clearTimeout(this.#alarm);
    this.#alarm = null;
    if (at === null) return;
    const delayMs = Math.min(Math.max(0, at - Date.now()), timerMaxMs);
    this.#alarm = setTimeout(() => void this.#rang(at), delayMs);
  }

  async #rang(at: number): Promise<void> {
    if (at > Date.now()) {
      this.#setAlarm(at);
      return;
    }
    this.#alarm = null;
    const { host } = await this.life();
    await host.alarm().catch(() => this.#setAlarm(Date.now() + alarmRetryMs));
  }
}

type LifeHooks = {
  setAlarm(at: number | null): void;
  /** Its storage failed. */
  died(): void;
};

/** One object that holds a room in memory. All that it is and does ends with it. */
export class Life {
  readonly host: RoomHost;
  readonly #kv: MemoryKeyValues;
  readonly #seats = new Map<string, NodeSeat>();
  readonly #answers = new Set<ServerResponse>();
  readonly #upstreams = new Set<WebSocket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #isOver = false;

  private constructor(
    name: string,
    kv: MemoryKeyValues,
    place: KvPlace,
    surroundings: Surroundings,
    hooks: LifeHooks,
  ) {
    this.#kv = kv;
    this.host = new RoomHost(this.#ground(name, place, surroundings, hooks));
  }

  static async begin(name: string, disk: Disk, surroundings: Surroundings, hooks: LifeHooks): Promise<Life> {
    const kv = new MemoryKeyValues(disk);
    const place = await KvPlace.at(kv, hooks.died);
    const life = new Life(name, kv, place, surroundings, hooks);
    await life.host.wake();
    return life;
  }

  /** A connection wants to become a member's socket. */
  seat(): NodeSeat {
    const seat = new NodeSeat({
      received: (from, message) => void this.host.received(from, message),
      closing: ({ id }) => this.host.closing(id),
    });
    this.#seats.set(seat.id, seat);
    if (this.#isOver) seat.cut();
    return seat;
  }

  /** Its connection is gone, or was never made one. */
  left(seat: NodeSeat): void {
    this.#seats.delete(seat.id);
    if (!this.#isOver) void this.host.left(seat);
  }

  /** An answer that may go on for long. */
  answering(response: ServerResponse): void {
    this.#answers.add(response);
    response.once("close", () => this.#answers.delete(response));
    if (this.#isOver) response.destroy();
  }

  end(): void {
    this.#isOver = true;
    this.#kv.die();
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#upstreams) socket.terminate();
    for (const seat of this.#seats.values()) seat.cut();
    for (const answer of this.#answers) answer.destroy();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  #ground(name: string, place: KvPlace, { env, registry, provider }: Surroundings, hooks: LifeHooks): Ground {
    return {
      name,
      env,
      registry: registry(name),
      exists: () => place.exists,
      keep: () => place.keep(),
      clear: async () => {
        hooks.setAlarm(null);
        await place.clear();
      },
      setAlarm: async (at) => {
        if (!this.#isOver) hooks.setAlarm(at);
      },
      ports: () => this.#ports(provider, hooks),
      seats: () => this.#seats.values(),
      seat: (id) => this.#seats.get(id) ?? null,
    };
  }

  #ports(
    provider: Provider,
    hooks: LifeHooks,
  ): Pick<Ports, "dial" | "transcribe" | "die" | "record" | "setTimer"> {
    return {
      dial: (request, listener) => {
        const unlessOver = <Given extends unknown[]>(told: (...given: Given) => void) => {
          return (...given: Given): void => {
            if (!this.#isOver) told(...given);
          };
        };
        const heard = {
          opened: unlessOver(listener.opened),
          refused: unlessOver(listener.refused),
          message: unlessOver(listener.message),
          closed: unlessOver(listener.closed),
        };
        return dialInNode(provider, request, heard, this.#upstreams);
      },
      transcribe: (request, answered) =>
        transcribe(provider, request, (answer) => {
          if (!this.#isOver) answered(answer);
        }),
      die: () => {
        if (!this.#isOver) hooks.died();
      },
      record: () => {},
      // Over the platform's own: a timer of an object that is gone would go on in this process.
      setTimer: (run, delayMs) => this.#setTimer(run, delayMs),
    };
  }

  #setTimer(run: () => void, delayMs: number): Cancel {
    if (this.#isOver) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delayMs);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }
}
