import type { CaptionsFrame } from "../../../client/index.ts";
import { errorTable } from "../../../shared/errors.ts";
import { limits, timing } from "../../../shared/limits.ts";
import { type Position, positionIn } from "../../../shared/position.ts";
import type { Wire } from "./host.ts";
import type { Surroundings } from "./surroundings.ts";

type Item =
  | {
      readonly kind: "frame";
      readonly text: string;
      readonly head: Position | undefined;
      readonly dueMs: number;
    }
  | { readonly kind: "closed"; readonly code: number; readonly dueMs: number };

export type LineOptions = {
  readonly id: string;
  /** Of the room's address: `epoch` and `version` as they were asked with. */
  readonly url: URL;
  readonly isSelfPaced: boolean;
  /** Its reader reads and answers as it should. */
  readonly mustNotMiss: boolean;
  readonly latencyMs: number;
};

/** The room counts heartbeats, the first of them from wherever it stood. */
const patienceMs = timing.unseenMaxMs + timing.heartbeatMs + 1_000;

/** One viewer's connection, as cheap as can be: what was sent waits here until its reader takes it. */
export class Line implements Wire {
  readonly id: string;
  readonly role = "viewer";
  readonly url: URL;
  readonly lastPingAt = null;
  readonly isSelfPaced: boolean;
  readonly joinedMs: number;
  readonly #world: Surroundings;
  readonly #latencyMs: number;
  readonly #asked: Position | null;
  #inbox: Item[] = [];
  #dueMs = 0;
  readonly #deathsBefore: number;
  #unreadBytes = 0;
  #firstBytes: number | null = null;
  /** When it was sent the first thing that it has not said to have seen, and where. */
  #unseen: { readonly atMs: number; readonly epoch: string; readonly deaths: number } | null = null;
  #seenVersion = 0;
  /** Nothing comes beyond this. */
  #isOver = false;
  mustNotMiss: boolean;
  /** Delays everything that is sent from now on. */
  lagMs = 0;
  /** The newest broadcast it was sent. */
  broadcast = -1;

  constructor(world: Surroundings, { id, url, isSelfPaced, mustNotMiss, latencyMs }: LineOptions) {
    this.#world = world;
    this.id = id;
    this.url = url;
    this.isSelfPaced = isSelfPaced;
    this.mustNotMiss = mustNotMiss;
    this.#deathsBefore = world.deaths;
    this.joinedMs = world.clock.elapsedMs;
    this.#latencyMs = latencyMs;
    this.#asked = positionIn(url.searchParams);
  }

  get isGreeted(): boolean {
    return this.#firstBytes !== null;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  tell(text: string, head?: Position): void {
    if (this.#isOver) return;
    const world = this.#world;
    const frame = world.reader.read(text);
    if (frame.type !== "error") this.#check(text, frame);
    const bytes = world.bytesOf(text);
    this.#firstBytes ??= bytes;
    this.#unreadBytes += bytes;
    this.#push({ kind: "frame", text, head, dueMs: this.#due() });
  }

  close(code: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (code === errorTable.too_slow.close) this.#world.tooSlow += 1;
    this.#push({ kind: "closed", code, dueMs: this.#due() });
    // Whoever does not answer a close is not waited for.
    this.#world.leaves(this, 10_000);
  }

  hostDied(): void {
    this.close(1006);
  }

  /** The next thing that has arrived by now. */
  take(): Item | undefined {
    const item = this.#inbox[0];
    if (item === undefined || item.dueMs > this.#world.clock.elapsedMs) return undefined;
    this.#inbox.shift();
    if (item.kind === "frame") this.#unreadBytes -= this.#world.bytesOf(item.text);
    return item;
  }

  /** Its reader says how far it has read. */
  seen(version: number): void {
    this.#seenVersion = version;
    this.#unseen = null;
    this.#world.host.received(this, JSON.stringify({ type: "seen", version }));
  }

  /** Whoever says nothing is sent away in time. A new object, a new epoch and a session's end begin that time anew. */
  #watchPatience(frame: CaptionsFrame): void {
    const { clock, deaths, violation } = this.#world;
    const version = frame.type === "delta" ? frame.to : frame.version;
    const { epoch } = frame;
    if (frame.status.state === "ended") this.#unseen = null;
    else if (this.#unseen?.epoch === epoch && this.#unseen.deaths === deaths) {
      const forMs = clock.elapsedMs - this.#unseen.atMs;
      if (forMs > patienceMs && !this.isSelfPaced) violation(`${this.id} has said nothing for ${forMs} ms`);
    } else if (version > this.#seenVersion) {
      this.#unseen = { atMs: clock.elapsedMs, epoch, deaths };
    }
  }

  #check(text: string, frame: CaptionsFrame): void {
    const world = this.#world;
    if (this.#firstBytes === null) {
      if (frame.type !== "status") this.#seenVersion = frame.type === "delta" ? frame.to : frame.version;
      this.broadcast = world.broadcasts.index;
      world.greeted(this.id, this.#asked, frame);
      return;
    }
    this.#watchPatience(frame);
    world.broadcasts.told(this, text, frame, world.clock.elapsedMs);
    // A new object counts anew.
    // Interims are not counted by the room: a viewer gets them for three heartbeats after it has stopped reading.
    const mostInterimBytes = limits.unseenDropBytes;
    const most =
      this.#firstBytes + mostInterimBytes + limits.unseenMaxBytes * (1 + world.deaths - this.#deathsBefore);
    if (!this.isSelfPaced && this.#unreadBytes > most) {
      world.violation(`${this.id} is sent more although it holds ${this.#unreadBytes} bytes unread`);
    }
    world.mostUnreadBytes = Math.max(world.mostUnreadBytes, this.#unreadBytes);
  }

  #due(): number {
    const at = this.#world.clock.elapsedMs + this.#latencyMs + this.lagMs;
    this.#dueMs = Math.max(this.#dueMs, at);
    return this.#dueMs;
  }

  #push(item: Item): void {
    this.#inbox.push(item);
  }
}
