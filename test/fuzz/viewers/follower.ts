import type { Ports as ClientPorts } from "../../../client/ports.ts";
import { type Subscription, subscribe } from "../../../client/subscribe.ts";
import type { Segment } from "../../../shared/captions.ts";
import type { Position } from "../../../shared/position.ts";
import type { Random } from "../../support/tape/random.ts";
import { Timers } from "../room/clock.ts";
import { type Cut, Link } from "../room/link.ts";
import { sumOf } from "./history.ts";
import type { Surroundings } from "./surroundings.ts";

const cuts = ["both", "clientFirst", "hostFirst", "halfOpen"] as const satisfies readonly Cut[];

/** One viewer with the real client, on the real client's own timers. */
export class Follower {
  readonly name: string;
  readonly #world: Surroundings;
  readonly #random: Random;
  #timers: Timers;
  #subscription: Subscription;
  #link: Link | undefined;
  #links = 0;
  #position: Position | null = null;
  #checked: readonly Segment[] | null = null;
  #texts = new Map<string, { readonly text: string; readonly version: number }>();

  constructor(world: Surroundings, name: string, random: Random) {
    this.name = name;
    this.#world = world;
    this.#random = random;
    this.#timers = new Timers(world.clock);
    this.#subscription = this.#subscribe();
  }

  get pendingTimers(): number {
    return this.#timers.pending;
  }

  /** One of the things that happen to a page. */
  suffer(): void {
    const random = this.#random;
    const what = random.next();
    if (what < 0.5) this.#link?.cut(random.pick(cuts));
    else if (what < 0.75) this.#link?.choke(random.int(500, 40_000));
    else this.#reload();
  }

  close(): void {
    this.#subscription.close();
  }

  judge(): string[] {
    const transcript = this.#world.disk.room?.transcript;
    if (transcript === undefined) return ["there is no room"];
    const { captions, link } = this.#subscription;
    const problems: string[] = [];
    if (link.state !== "open") problems.push(`${this.name} is ${link.state}`);
    const { position, interim, segments, hasEarlier } = captions;
    if (position?.epoch !== transcript.epoch || position.version !== transcript.version) {
      problems.push(`${this.name} is at ${position?.version}, the room at ${transcript.version}`);
    }
    if (!isNewest(segments, transcript.segments, hasEarlier)) {
      problems.push(`${this.name} holds ${segments.length} segments, other than the room's`);
    }
    if (interim !== null) problems.push(`${this.name} still sees "${interim.text}"`);
    return problems;
  }

  #reload(): void {
    this.#timers.kill();
    this.#link?.clientDied(this.#random.pick(cuts));
    this.#timers = new Timers(this.#world.clock);
    this.#position = null;
    this.#subscription = this.#subscribe();
  }

  #subscribe(): Subscription {
    const world = this.#world;
    const timers = this.#timers;
    const ports: Partial<ClientPorts> = {
      now: () => 1_700_000_000_000 + world.clock.elapsedMs,
      random: this.#random.fork().next,
      newKey: () => "viewers-make-no-keys",
      setTimer: timers.set,
      openSocket: (url) => {
        const link = new Link("viewer", url, this, `${this.name}#${++this.#links}`, {
          clock: world.clock,
          random: this.#random.fork(),
          host: world.host,
        });
        this.#link = link;
        link.connect();
        return link.socket;
      },
    };
    const subscription = subscribe({
      url: "http://room.test",
      room: "crowd",
      token: "token",
      ports,
      onChange: (captions) => {
        if (timers.isDead) return;
        this.#watch(captions.position, captions.segments, captions.hasEarlier);
      },
      onLink: (link) => {
        if (link.state === "closed" && link.code !== "done") {
          world.violation(`${this.name} was sent away: ${link.code}`);
        }
      },
    });
    return subscription;
  }

  #watch(position: Position | null, segments: readonly Segment[], hasEarlier: boolean): void {
    const last = this.#position;
    this.#position = position;
    if (position === null) return;
    if (last?.epoch === position.epoch && position.version < last.version) {
      this.#world.violation(
        `${this.name}: the version went back from ${last.version} to ${position.version}`,
      );
    }
    // Interims leave the very same list in place.
    if (segments === this.#checked) return;
    this.#checked = segments;
    const stored = this.#world.history.at(position)?.segments;
    if (stored === undefined || !isNewest(segments, stored, hasEarlier)) {
      this.#world.violation(`${this.name} does not hold version ${position.version} of ${position.epoch}`);
    }
    for (const { id, text, version, edited } of segments) {
      const known = this.#texts.get(id);
      if (known !== undefined && known.text !== text && (edited !== true || version <= known.version)) {
        this.#world.violation(`${this.name}: "${known.text}" became "${text}" without an edit`);
      }
      if (known?.version !== version) this.#texts.set(id, { text, version });
    }
  }
}

/** Whether these are the stored segments from some place on, and from the beginning unless there are earlier ones. */
function isNewest(held: readonly Segment[], stored: readonly Segment[], hasEarlier: boolean): boolean {
  if (!hasEarlier && held.length !== stored.length) return false;
  return sumOf(held) === sumOf(stored.slice(stored.length - held.length));
}
