import { timing } from "../../shared/limits.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../../shared/protocol.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";

/** What one delivery costs a room, measured on local workerd: 25–35 µs of CPU, nearly whatever the size. */
const sendCostMs = 0.035;
/** Share of one core that sending may take. */
const sendShare = 0.35;

/** Least time between two frames to everybody: the default tick, longer as the audience grows. */
export function tickMs(viewers: number): number {
  return Math.max(timing.tickMs, Math.ceil((viewers * sendCostMs) / sendShare));
}

/**
 * The room's viewers and the pacing of what they are sent.
 *
 * A change goes out at once when a tick has passed since the last frame, else at the end of the tick; whatever happens
 * until then travels in the same frame. `frame(since)` is asked for when it is sent, so it always holds the newest
 * state, and it is encoded once for all.
 */
export class Audience {
  readonly #ports: Ports;
  readonly #frame: (since: number) => DeltaFrame | SnapshotFrame;
  readonly #viewers = new Map<string, MemberSocket>();
  /** Version every viewer has been sent. */
  #sentVersion: number;
  #lastFrameAt = 0;
  #cancelFlush: Cancel | null = null;

  constructor(ports: Ports, sentVersion: number, frame: (since: number) => DeltaFrame | SnapshotFrame) {
    this.#ports = ports;
    this.#sentVersion = sentVersion;
    this.#frame = frame;
  }

  get size(): number {
    return this.#viewers.size;
  }

  has(id: string): boolean {
    return this.#viewers.has(id);
  }

  join(socket: MemberSocket, first: SnapshotFrame | DeltaFrame): void {
    socket.send(JSON.stringify(first));
    this.#viewers.set(socket.id, socket);
  }

  /** Takes back a viewer whose socket outlived the room's memory: it was sent everything before the room slept. */
  readopt(socket: MemberSocket): void {
    this.#viewers.set(socket.id, socket);
  }

  leave(id: string): void {
    this.#viewers.delete(id);
  }

  /** Something changed. `urgent` skips the tick: the first words of an utterance are not made to wait. */
  changed(urgent: boolean): void {
    const tick = tickMs(this.#viewers.size);
    // Never longer than a tick, also when the clock was set back.
    const waitMs = Math.min(tick, this.#lastFrameAt + tick - this.#ports.now());
    if (urgent || waitMs <= 0) {
      this.#flush();
    } else {
      this.#cancelFlush ??= this.#ports.setTimer(() => this.#flush(), waitMs);
    }
  }

  /** Sent at once, behind what it counts: state changes and heartbeats are rare. */
  status(frame: StatusFrame): void {
    if (this.#cancelFlush !== null) this.#flush();
    this.#sendAll(JSON.stringify(frame));
  }

  /** The history is another one from now on: everybody is sent where it stands. */
  restart(frame: SnapshotFrame): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#sentVersion = frame.version;
    this.#sendAll(JSON.stringify(frame));
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#lastFrameAt = this.#ports.now();
    const frame = this.#frame(this.#sentVersion);
    this.#sentVersion = frame.type === "delta" ? frame.to : frame.version;
    this.#sendAll(JSON.stringify(frame));
  }

  #sendAll(text: string): void {
    for (const socket of this.#viewers.values()) socket.send(text);
  }
}
