import type { Ports as ClientPorts, WebSocketLike } from "../../../client/ports.ts";
import { type Subscription, subscribe } from "../../../client/subscribe.ts";
import { putPosition, readPosition } from "../../../shared/position.ts";
import { Timers } from "./clock.ts";
import type { Link } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";

/** One viewer: the real client, which may lose its socket, be reloaded, and must end up with the room's transcript. */
export class Watcher {
  readonly name: string;
  readonly #world: Surroundings;
  #timers: Timers;
  #subscription: Subscription;
  #position: { epoch: string; version: number } | null = null;
  readonly #finals = new Map<string, string>();
  #link: Link | undefined;

  constructor(world: Surroundings, name: string) {
    this.#world = world;
    this.name = name;
    this.#timers = new Timers(world.clock);
    this.#subscription = this.#subscribe();
  }

  get subscription(): Subscription {
    return this.#subscription;
  }

  get link(): Link | undefined {
    return this.#link;
  }

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  /** The page is loaded anew: it comes back without a position. */
  reload(): void {
    this.#timers.kill();
    this.#link?.clientDied("both");
    this.#timers = new Timers(this.#world.clock);
    this.#position = null;
    this.#subscription = this.#subscribe();
  }

  close(): void {
    this.#subscription.close();
  }

  #subscribe(): Subscription {
    const world = this.#world;
    const timers = this.#timers;
    const openSocket = (url: string): WebSocketLike => {
      this.#link = world.connect("viewer", url, this);
      return this.#link.socket;
    };
    const ports: ClientPorts = {
      now: () => world.clientWallMs(),
      random: world.random.fork().next,
      newKey: () => "viewers-make-no-keys",
      setTimer: timers.set,
      onWake: () => () => {},
      openSocket,
      // The same frames by another way; what the viewer says there is heard too, which does no harm.
      openEvents: (url, headers) => {
        const address = new URL(url);
        address.searchParams.set("role", "viewer");
        putPosition(address.searchParams, readPosition(headers["last-event-id"] ?? null));
        return openSocket(address.href);
      },
      fetch: () => Promise.reject(new TypeError("There is no HTTP here.")),
    };
    return subscribe({
      url: "http://room.test",
      room: "tape",
      token: "token",
      ports,
      onChange: (captions) => {
        if (timers.isDead) return;
        const { position } = captions;
        const last = this.#position;
        if (position !== null && last?.epoch === position.epoch && position.version < last.version) {
          world.violation(`${this.name}: the version went back from ${last.version} to ${position.version}`);
        }
        if (last !== null && position !== null && last.epoch !== position.epoch && !world.isPurged) {
          world.violation(`${this.name}: the epoch changed`);
        }
        this.#position = position;
        for (const { id, kind, text, edited } of captions.segments) {
          if (kind !== "speech" || edited) continue;
          const known = this.#finals.get(id);
          if (known === undefined) this.#finals.set(id, text);
          else if (known !== text) world.violation(`${this.name}: "${known}" became "${text}"`);
        }
      },
      onLink: (link) => {
        if (link.state === "closed" && link.code !== "done") {
          world.violation(`${this.name} was sent away: ${link.code}`);
        }
      },
    });
  }
}
