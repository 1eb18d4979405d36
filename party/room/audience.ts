import { limits, timing } from "../../shared/limits.ts";
import type { Position } from "../../shared/position.ts";
import type { DeltaFrame, SnapshotFrame, StatusFrame } from "../../shared/protocol.ts";
import { utf8Bytes } from "../../shared/utf8.ts";
import type { Cancel, MemberSocket, Ports } from "./ports.ts";
import { SentLog } from "./sent-log.ts";

/** What one delivery costs a room, measured on local workerd: 25–35 µs of CPU, nearly whatever the size. */
export const sendCostMs = 0.035;
/** Shares of one core that sending may take: in all, and for interims, which are read as well a little later. */
const share = { all: 0.35, interims: 0.08 } as const;
/** Interims that come less often than this are no live captions any more. */
const slowestTickMs = 1_000;

/** Least time between two frames to everybody, whatever they bring: nothing but what sending them costs. */
export function spacingMs(viewers: number): number {
  return Math.ceil((viewers * sendCostMs) / share.all);
}

/** Least time between two frames of interims: the default tick, longer as the audience grows. */
export function tickMs(viewers: number): number {
  const thrifty = Math.min(slowestTickMs, Math.ceil((viewers * sendCostMs) / share.interims));
  return Math.max(timing.tickMs, thrifty, spacingMs(viewers));
}

/** Whoever has not seen for so many heartbeats what it was sent gets no more interims. */
const laggingBeats = 3;
const unseenMaxBeats = Math.ceil(timing.unseenMaxMs / timing.heartbeatMs);

/** A viewer and what it has said that it has seen. */
type Viewer = {
  readonly socket: MemberSocket;
  seenVersion: number;
  /** Of the bytes in the log, those it has seen or was never sent. */
  seenBytes: number;
};

export type AudienceHooks = {
  /** All that goes beyond a version, as it is now. */
  frame(since: number): DeltaFrame | SnapshotFrame;
  /** Everybody but `spared`, who are slow, was sent a frame; `at`: when that began. */
  sent(at: number, spared: ReadonlySet<string>): void;
  /** A viewer has not seen what it was sent, for too long or too much of it. */
  tooSlow(socket: MemberSocket): void;
};

/**
 * The room's viewers and the pacing of what they are sent.
 *
 * Interims go out at once when a tick has passed since the last frame, else at the end of the tick; finals and first
 * words wait only as long as the audience's size demands. Whatever happens until then travels in the same frame. The
 * frame is asked for when it is sent, so it always holds the newest state, and it is encoded once for all.
 *
 * The platform has no backpressure signal for WebSockets (a Worker's `send` neither blocks nor tells what is buffered),
 * so a slow viewer is known by what it says it has seen: past one limit it gets no more interims, past another it is
 * sent away, and comes back with its position. Nothing is kept for any one viewer but two numbers.
 */
export class Audience {
  readonly #ports: Ports;
  readonly #hooks: AudienceHooks;
  readonly #viewers = new Map<string, Viewer>();
  readonly #log = new SentLog();
  /** Version every viewer has been sent. */
  #sentVersion: number;
  #lastFrameAt = 0;
  /** Everybody was sent the room's head since the last heartbeat. */
  #isHeadTold = false;
  #cancelFlush: Cancel | null = null;
  #isFlushUrgent = false;

  constructor(ports: Ports, sentVersion: number, hooks: AudienceHooks) {
    this.#ports = ports;
    this.#sentVersion = sentVersion;
    this.#hooks = hooks;
  }

  get size(): number {
    return this.#viewers.size;
  }

  has(id: string): boolean {
    return this.#viewers.has(id);
  }

  join(socket: MemberSocket, first: SnapshotFrame | DeltaFrame): void {
    socket.send(JSON.stringify(first), headOf(first));
    this.#admit(socket);
  }

  /** Takes back a viewer whose socket outlived the room's memory: it was sent everything before the room slept. */
  readopt(socket: MemberSocket): void {
    this.#admit(socket);
  }

  leave(id: string): void {
    this.#viewers.delete(id);
  }

  /** A viewer says how far it has read. */
  seen(id: string, version: number): void {
    const viewer = this.#viewers.get(id);
    if (viewer === undefined || version <= viewer.seenVersion) return;
    viewer.seenVersion = version;
    viewer.seenBytes = Math.max(viewer.seenBytes, this.#log.bytesAt(viewer.seenVersion));
  }

  /** Something changed. `urgent`: finals, and the first words of an utterance, do not wait for the tick. */
  changed(urgent: boolean): void {
    const spacing = urgent ? spacingMs(this.#viewers.size) : tickMs(this.#viewers.size);
    // Never longer than that, also when the clock was set back.
    const waitMs = Math.min(spacing, this.#lastFrameAt + spacing - this.#ports.now());
    if (waitMs <= 0) {
      this.#flush();
      return;
    }
    if (this.#cancelFlush !== null && (this.#isFlushUrgent || !urgent)) return;
    this.#cancelFlush?.();
    this.#isFlushUrgent = urgent;
    this.#cancelFlush = this.#ports.setTimer(() => this.#flush(), waitMs);
  }

  /** Sent at once, behind what it counts: state changes are rare. */
  status(frame: StatusFrame): void {
    if (this.#cancelFlush !== null) this.#flush();
    // It brings no captions: whoever has it stands where the last frame brought it.
    this.#sendAll(JSON.stringify(frame), { epoch: frame.epoch, version: this.#sentVersion });
  }

  /**
   * The room's heartbeat: the head goes to everybody, unless something new has told it since the last one. Whoever has
   * not seen for several of them what it was sent is not there any more.
   */
  beat(frame: StatusFrame): void {
    this.#log.beat();
    if (!this.#isHeadTold) this.status(frame);
    this.#isHeadTold = false;
    const gone = [...this.#viewers.values()].filter(
      ({ socket, seenVersion }) =>
        socket.selfPaced !== true && this.#log.beatsSince(seenVersion) >= unseenMaxBeats,
    );
    for (const { socket } of gone) this.#hooks.tooSlow(socket);
  }

  /** The history is another one from now on: everybody is sent where it stands. */
  restart(frame: SnapshotFrame): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#sentVersion = frame.version;
    this.#log.restart();
    for (const viewer of this.#viewers.values()) viewer.seenVersion = frame.version;
    this.#sendAll(JSON.stringify(frame), headOf(frame));
  }

  #admit(socket: MemberSocket): void {
    this.#viewers.set(socket.id, { socket, seenVersion: this.#sentVersion, seenBytes: this.#log.bytes });
  }

  #flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    this.#lastFrameAt = this.#ports.now();
    const frame = this.#hooks.frame(this.#sentVersion);
    const head = headOf(frame);
    const isInterim = frame.type === "delta" && frame.from === frame.to;
    this.#sentVersion = head.version;
    this.#sendAll(JSON.stringify(frame), head, isInterim);
  }

  /** One that cannot be sent to any more never stands in the way of the others: `send` does not throw. */
  #sendAll(text: string, head: Position, isInterim = false): void {
    const slow: MemberSocket[] = [];
    const spared = new Set<string>();
    const at = this.#ports.now();
    // Interims cannot be confirmed, and there may be many of them before the next final: they do not count.
    if (!isInterim) {
      this.#log.sent(utf8Bytes(text), head.version);
      this.#isHeadTold = true;
    }
    const dueVersion = this.#log.versionBefore(laggingBeats);
    for (const { socket, seenBytes, seenVersion } of this.#viewers.values()) {
      const unseenBytes = this.#log.bytes - seenBytes;
      const isLagging = seenVersion < dueVersion || unseenBytes > limits.unseenDropBytes;
      if (socket.selfPaced === true) socket.send(text, head);
      else if (unseenBytes > limits.unseenMaxBytes) slow.push(socket);
      else if (!isInterim || !isLagging) socket.send(text, head);
      else spared.add(socket.id);
    }
    for (const { id } of slow) spared.add(id);
    this.#hooks.sent(at, spared);
    for (const socket of slow) this.#hooks.tooSlow(socket);
  }
}

function headOf(frame: DeltaFrame | SnapshotFrame): Position {
  return { epoch: frame.epoch, version: frame.type === "delta" ? frame.to : frame.version };
}
