import { errorFrame } from "../../shared/errors.ts";
import { limits, timing } from "../../shared/limits.ts";
import { type Position, positionText } from "../../shared/position.ts";
import type { Cancel, MemberSocket, Ports } from "../room/ports.ts";

/** Of all streams in this isolate, whose memory is one for all of its rooms. */
let unreadBytes = 0;

/**
 * A member by server-sent events: each frame the room sends is one event of the body; a viewer's `id:` is the position it
 * leads to.
 *
 * The body is filled as fast as it is read. A reader that falls more than `limits.unseenMaxBytes` behind, or takes
 * nothing for `timing.unseenMaxMs`, is told `too_slow` and ended, and what waited for it is dropped: it comes back with its
 * `Last-Event-ID`.
 *
 * What workerd 1.20260730 does with such a body, found by trying: while it is open the object stays in memory (without
 * it, it is evicted after 10 s). `cancel` is not delivered when the client goes away; `request.signal` is (with
 * `enable_request_signal`, and without the edge handing its own on), but only once something more is written. So the
 * comment that keeps proxies from closing a quiet connection also finds out who has left, and both ends are listened to.
 */
export class EventStream implements MemberSocket {
  readonly id: string;
  readonly selfPaced = true;
  readonly body: ReadableStream<Uint8Array>;
  readonly #ports: Pick<Ports, "setTimer" | "now">;
  readonly #endsAt: number;
  readonly #left: () => void;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** Not taken yet by the stream, which itself holds one event at most. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** That event, until the reader asks for more. */
  #handedBytes = 0;
  /** Nothing is sent any more; what waits still goes out. */
  #isEnding = false;
  #cancelComment: Cancel;
  #cancelStall: Cancel | null = null;

  /**
   * @param expiresAt end of the token, epoch milliseconds: whoever reads cannot send another, so the stream ends with the
   *   next thing there would be to say, and the reader comes back with a new one
   * @param left called once when nobody reads any more, for whatever reason
   */
  constructor(
    ports: Pick<Ports, "newId" | "now" | "random" | "setTimer">,
    expiresAt: number,
    left: () => void,
  ) {
    this.id = ports.newId();
    this.#ports = ports;
    this.#endsAt = expiresAt + limits.tokenSkewSeconds * 1_000;
    this.#left = left;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#taken(),
      cancel: () => this.#drop(),
    });
    this.#cancelComment = this.#scheduleComment();
    // Full jitter over the window, each reader its own: after an interruption everyone comes back.
    this.#write(`retry: ${Math.ceil(ports.random() * timing.retryWindowMs)}\n\n`);
  }

  /** Its pings are its reading. */
  lastPingAt(): null {
    return null;
  }

  send(text: string, head?: Position): void {
    if (this.#hasExpired()) return;
    this.#write(eventOf(text, head));
  }

  /** An event of a type that has a name. */
  sendAs(name: string, text: string): void {
    if (this.#hasExpired()) return;
    this.#write(`event: ${name}\n${eventOf(text)}`);
  }

  /** Something waits that has not been read: what would be out of date by then need not be sent. */
  get isBehind(): boolean {
    return this.#waiting.length > 0;
  }

  close(): void {
    this.#end();
  }

  #hasExpired(): boolean {
    if (this.#isEnding || this.#ports.now() < this.#endsAt) return false;
    this.#write(eventOf(JSON.stringify(errorFrame("token_expired"))));
    this.#end();
    return true;
  }

  /** The client went away. */
  gone(): void {
    this.#keepNothing();
    this.#end();
  }

  #write(event: string): void {
    if (this.#isEnding) return;
    const bytes = this.#encoder.encode(event);
    // A single event may be larger, as a snapshot can be: it is the reader who is late, not the frame too long.
    const isBehind = this.#waiting.length > 0 && this.#waitingBytes + bytes.length > limits.unseenMaxBytes;
    if (isBehind || unreadBytes + bytes.length > limits.unreadEventsMaxBytes) {
      this.#tooSlow();
      return;
    }
    this.#wait(bytes);
    this.#cancelComment();
    this.#cancelComment = this.#scheduleComment();
    this.#fill();
  }

  #wait(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    unreadBytes += bytes.length;
  }

  #tooSlow(): void {
    this.#keepNothing();
    this.#wait(this.#encoder.encode(eventOf(JSON.stringify(errorFrame("too_slow")))));
    this.#end();
  }

  /** The reader took something. */
  #taken(): void {
    this.#forgetHanded();
    this.#cancelStall?.();
    this.#cancelStall = null;
    this.#fill();
  }

  #fill(): void {
    const controller = this.#controller;
    if (controller === null) return;
    while (this.#waiting.length > 0 && (controller.desiredSize ?? 0) > 0) {
      const bytes = this.#waiting.shift();
      if (bytes === undefined) break;
      this.#waitingBytes -= bytes.length;
      this.#handedBytes += bytes.length;
      controller.enqueue(bytes);
    }
    if (this.#waiting.length > 0) {
      this.#cancelStall ??= this.#ports.setTimer(() => this.#stalled(), timing.unseenMaxMs);
    } else if (this.#isEnding) {
      // A closed stream asks for no more, also when its last event is taken.
      this.#forgetHanded();
      this.#controller = null;
      controller.close();
    }
  }

  #stalled(): void {
    this.#cancelStall = null;
    if (!this.#isEnding) {
      this.#tooSlow();
      return;
    }
    // It has not even taken its last event since.
    this.#controller?.error(new Error("too slow"));
    this.#drop();
  }

  #end(): void {
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#cancelComment();
      this.#left();
    }
    this.#fill();
  }

  /** The stream is over: nothing may be written to it. */
  #drop(): void {
    this.#controller = null;
    this.#forgetHanded();
    this.#keepNothing();
    this.#end();
  }

  #forgetHanded(): void {
    unreadBytes -= this.#handedBytes;
    this.#handedBytes = 0;
  }

  #keepNothing(): void {
    unreadBytes -= this.#waitingBytes;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#cancelStall?.();
    this.#cancelStall = null;
  }

  #scheduleComment(): Cancel {
    return this.#ports.setTimer(() => {
      if (!this.#hasExpired()) this.#write(": still here\n\n");
    }, timing.heartbeatMs);
  }
}

/** JSON has no line breaks outside of its escapes, so a frame is one `data:` line. */
function eventOf(text: string, head?: Position): string {
  return `${head === undefined ? "" : `id: ${positionText(head)}\n`}data: ${text}\n\n`;
}
