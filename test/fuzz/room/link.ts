import type { WebSocketLike } from "../../../client/ports.ts";
import { ping, pong, type Role } from "../../../shared/protocol.ts";
import type { Random } from "../../support/tape/random.ts";
import type { Clock } from "./clock.ts";

type Frame = string | Uint8Array<ArrayBuffer>;
type Closed = { readonly code: number; readonly reason: string };
type Listeners = {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { readonly data: unknown }) => void)[];
  close: ((event: Closed) => void)[];
};

/** Who learns of a cut: both ends, one of them first, or nobody. */
export type Cut = "both" | "clientFirst" | "hostFirst" | "halfOpen";

export type LinkHost = {
  /** The upgrade arrived. */
  joined(link: Link): void;
  received(link: Link, frame: Frame): void;
  left(link: Link): void;
  wallMs(): number;
};

/** How long a broken connection may go unnoticed by its other end. */
const lateMs = { min: 500, max: 40_000 } as const;
const forgottenMs = { min: 60_000, max: 120_000 } as const;

/** One WebSocket between a client and the room's host: in order both ways, late, and breakable. */
export class Link {
  readonly id: string;
  readonly role: Role;
  readonly url: URL;
  /** The process at the client's end. */
  readonly owner: unknown;
  readonly socket: WebSocketLike;
  lastPingAt: number | null = null;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #host: LinkHost;
  readonly #listeners: Listeners = {
    open: [],
    error: [],
    message: [],
    close: [],
  };
  readonly #latencyMs: { readonly up: number; readonly down: number };
  #lastAt = { up: 0, down: 0 };
  #chokedUntil = 0;
  #unsentBytes = 0;
  #broken = false;
  #clientOver = false;
  #hostOver = false;
  #hostClosing = false;

  constructor(
    role: Role,
    url: string,
    owner: unknown,
    id: string,
    world: {
      readonly clock: Clock;
      readonly random: Random;
      readonly host: LinkHost;
    },
  ) {
    this.role = role;
    this.url = new URL(url);
    this.owner = owner;
    this.id = id;
    this.#clock = world.clock;
    this.#random = world.random;
    this.#host = world.host;
    this.#latencyMs = {
      up: world.random.int(2, 80),
      down: world.random.int(2, 80),
    };
    this.socket = this.#socket();
  }

  /** Both ends believe that it is open, or one of them does. */
  get isUp(): boolean {
    return !this.#clientOver && !this.#hostOver;
  }

  get isHostOpen(): boolean {
    return !this.#hostOver;
  }

  connect(): void {
    this.#later("up", () => {
      if (this.#hostOver) return;
      this.#later("down", () => {
        if (!this.#clientOver) for (const listener of this.#listeners.open) listener();
      });
      this.#host.joined(this);
    });
  }

  /** There is no network: told at once or only by the client's own patience. */
  fail(): void {
    this.#hostOver = true;
    if (this.#random.chance(0.3)) return;
    this.#clock.set(() => this.#tellClient({ code: 1006, reason: "" }), this.#random.int(1, 500));
  }

  cut(how: Cut): void {
    if (this.#broken || !this.isUp) return;
    this.#broken = true;
    const late = this.#random.int(lateMs.min, lateMs.max);
    if (how === "both" || how === "clientFirst") this.#tellClient({ code: 1006, reason: "" });
    if (how === "both" || how === "hostFirst") this.#tellHost();
    if (how === "clientFirst") this.#clock.set(() => this.#tellHost(), late);
    if (how === "hostFirst") this.#clock.set(() => this.#tellClient({ code: 1006, reason: "" }), late);
    if (how === "halfOpen")
      this.#clock.set(() => this.#tellHost(), this.#random.int(forgottenMs.min, forgottenMs.max));
  }

  /** The host's object is gone and takes its end along. */
  hostDied(): void {
    if (this.#hostOver) return;
    this.#hostOver = true;
    this.#later("down", () => this.#tellClient({ code: 1006, reason: "" }));
  }

  /** The client's process is gone: nothing runs there any more. The host learns of it as of any cut. */
  clientDied(how: Cut): void {
    this.#clientOver = true;
    this.#broken = true;
    const { min, max } = how === "halfOpen" ? forgottenMs : lateMs;
    if (how === "both" || how === "hostFirst") this.#tellHost();
    else this.#clock.set(() => this.#tellHost(), this.#random.int(min, max));
  }

  /** For a while nothing gets through; then all of it does. */
  choke(ms: number): void {
    this.#chokedUntil = Math.max(this.#chokedUntil, this.#clock.elapsedMs + ms);
  }

  /** The host's `send`. */
  tell(text: string): void {
    if (this.#hostOver || this.#hostClosing) return;
    this.#later("down", () => this.#hear(text));
  }

  /** The host's `close`. */
  close(code: number, reason: string): void {
    if (this.#hostOver || this.#hostClosing) return;
    this.#hostClosing = true;
    this.#later("down", () => {
      if (this.#clientOver) return;
      this.#later("up", () => this.#tellHost());
      this.#tellClient({ code, reason });
    });
    // Whoever does not answer a close is not waited for.
    this.#clock.set(() => this.#tellHost(), 10_000);
  }

  #hear(data: string): void {
    if (this.#clientOver) return;
    for (const listener of this.#listeners.message) listener({ data });
  }

  #tellClient(closed: Closed): void {
    if (this.#clientOver) return;
    this.#clientOver = true;
    for (const listener of this.#listeners.error) listener();
    for (const listener of this.#listeners.close) listener(closed);
  }

  #tellHost(): void {
    if (this.#hostOver) return;
    this.#hostOver = true;
    this.#host.left(this);
  }

  #later(way: "up" | "down", run: () => void): void {
    const jitterMs = this.#random.chance(0.1) ? this.#random.int(0, 60) : 0;
    const at = Math.max(
      this.#lastAt[way],
      this.#chokedUntil,
      this.#clock.elapsedMs + this.#latencyMs[way] + jitterMs,
    );
    this.#lastAt[way] = at;
    this.#clock.set(() => {
      if (!this.#broken) run();
    }, at - this.#clock.elapsedMs);
  }

  #send(frame: Frame): void {
    if (this.#clientOver) return;
    const bytes = frame.length;
    const isStuck = this.#broken || this.#clock.elapsedMs < this.#chokedUntil;
    if (isStuck) this.#unsentBytes += bytes;
    const sent = typeof frame === "string" ? frame : frame.slice();
    this.#later("up", () => {
      if (isStuck) this.#unsentBytes -= bytes;
      if (this.#hostOver) return;
      if (sent !== ping) {
        this.#host.received(this, sent);
        return;
      }
      this.lastPingAt = this.#host.wallMs();
      if (!this.#hostClosing) this.#later("down", () => this.#hear(pong));
    });
  }

  #socket(): WebSocketLike {
    const link = this;
    const listeners = this.#listeners;
    return {
      get bufferedAmount() {
        return link.#unsentBytes;
      },
      send: (data) => this.#send(data),
      close: () => {
        if (this.#clientOver) return;
        this.#clientOver = true;
        this.#later("up", () => this.#tellHost());
      },
      addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type][number]): void {
        const known: Listeners[Type][number][] = listeners[type];
        known.push(listener);
      },
    };
  }
}
