import type { Cancel, DialListener, UpstreamSocket } from "../../../party/room/ports.ts";
import type { Dialect, Line } from "./dialect.ts";
import { Flux } from "./flux.ts";
import { Nova } from "./nova.ts";
import type { Random } from "./random.ts";
import { msOf } from "./tape.ts";

export type Surroundings = {
  /** Milliseconds since the world began; never jumps. */
  elapsedMs(): number;
  setTimer(run: () => void, delayMs: number): Cancel;
};

/** How a socket is lost: what becomes of the messages on their way, and the close the room is told. */
export type Drop = {
  readonly code: number;
  readonly reason: string;
  readonly queue: "deliver" | "lose" | "tear";
};

export type SocketHooks = {
  violation(what: string): void;
  note(what: string): void;
  /** A scheduled loss, if one is due, now that the stream is announced to be over. */
  takeDropAtClose(): Drop | null;
};

/** Audio may run ahead of the provider's allowed pace by this much. */
const burstMs = 2_500;
const closeSeenMs = 40;
const paceSpeed = 1.25;
const idleMs = 10_000;
const noAudioMs = 30_000;

type State = "dialling" | "open" | "over";

/** One live socket of the provider: latency, pace and timeouts, whatever dialect is spoken on it. */
export class TapeSocket implements UpstreamSocket {
  readonly path: string;
  readonly #around: Surroundings;
  readonly #random: Random;
  readonly #listener: DialListener;
  readonly #hooks: SocketHooks;
  #state: State = "dialling";
  #dialect: Dialect | null = null;
  /** The room has let go of it: nothing reaches the room any more. */
  #abandoned = false;
  #closingAnnounced = false;
  #queue: { readonly at: number; readonly run: () => void }[] = [];
  #cancelDelivery: Cancel | null = null;
  #cancelWatch: Cancel | null = null;
  #stalledUntil = 0;
  /** Messages that are still to be torn on the way. */
  #toTear = 0;
  #openedAt = 0;
  #lastInputAt = 0;
  #heardAudio = false;
  /** Audio ahead of the allowed pace, milliseconds, and since when that is so. */
  #aheadMs = 0;
  #aheadAt = 0;
  #wasHasty = false;
  #hasCrossed = false;

  constructor(
    path: string,
    listener: DialListener,
    surroundings: Surroundings,
    random: Random,
    hooks: SocketHooks,
  ) {
    this.path = path;
    this.#listener = listener;
    this.#around = surroundings;
    this.#random = random;
    this.#hooks = hooks;
  }

  /** It occupies the room's one place for a socket. */
  get isHeld(): boolean {
    return this.#state !== "over" && !this.#abandoned;
  }

  get isOpen(): boolean {
    return this.#state === "open" && !this.#abandoned;
  }

  /** The upgrade is accepted after `delayMs`. */
  accept(delayMs: number): void {
    this.#cancelDelivery = this.#around.setTimer(() => {
      this.#state = "open";
      this.#openedAt = this.#around.elapsedMs();
      this.#lastInputAt = this.#openedAt;
      this.#aheadAt = this.#openedAt;
      this.#watch();
      const line: Line = {
        say: (message) => this.#say(JSON.stringify(message)),
        end: (code, reason) => this.#end(code, reason),
        violation: (what) => this.#hooks.violation(what),
      };
      const Spoken = isFlux(this.path) ? Flux : Nova;
      this.#dialect = new Spoken(line, this.#random.fork());
      this.#listener.opened();
    }, delayMs);
  }

  refuse(status: number, delayMs: number): void {
    this.#state = "over";
    this.#enqueue(delayMs, () => this.#listener.refused(status, "scripted"));
  }

  send(data: string | Uint8Array): void {
    if (this.#abandoned) {
      this.#hooks.violation("something was sent on a socket that had been abandoned");
      return;
    }
    if (this.#state === "dialling") this.#hooks.violation("something was sent before the socket was open");
    if (this.#closingAnnounced) this.#hooks.violation("something was sent after CloseStream");
    // The loss and the announcement crossed on the way: the room must still be able to tell a loss from the end.
    if (this.#state === "over" && data === closeStream && isFlux(this.path)) this.#hasCrossed = true;
    if (this.#state !== "open" || this.#closingAnnounced) return;
    this.#lastInputAt = this.#around.elapsedMs();
    if (typeof data === "string") this.#text(data);
    else this.#audio(data);
  }

  abandon(gone?: () => void): void {
    // The provider sees the close a little later.
    if (gone !== undefined) this.#around.setTimer(gone, closeSeenMs);
    this.#abandoned = true;
    this.#stop();
  }

  /** Of its next messages the end is missing, and nothing else happens. */
  tear(messages: number): void {
    this.#toTear += messages;
  }

  /** For a while nothing is said; what would have been comes later. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.#around.elapsedMs() + ms);
  }

  unstall(): void {
    this.#stalledUntil = 0;
  }

  drop({ code, reason, queue }: Drop): void {
    if (this.#state !== "open") return;
    this.#stalledUntil = 0;
    if (queue !== "deliver") {
      this.#queue = [];
      this.#cancelDelivery?.();
      this.#cancelDelivery = null;
    }
    if (queue === "tear" && this.#dialect !== null) {
      const whole = JSON.stringify(this.#dialect.draft());
      this.#say(whole.slice(0, this.#random.int(1, whole.length - 1)));
    }
    this.#end(code, reason);
  }

  #text(text: string): void {
    if (text !== closeStream) {
      this.#dialect?.text(text);
      return;
    }
    this.#closingAnnounced = true;
    const drop = fair(this.#hooks.takeDropAtClose(), this.path);
    if (drop === null || drop.queue === "deliver") this.#dialect?.text(text);
    if (drop !== null) this.drop(drop);
  }

  #audio(bytes: Uint8Array): void {
    if (bytes.length === 0) {
      this.#hooks.violation("an empty binary frame");
      this.#end(1000, "");
      return;
    }
    const now = this.#around.elapsedMs();
    this.#heardAudio = true;
    this.#aheadMs = Math.max(0, this.#aheadMs - (now - this.#aheadAt) * paceSpeed) + msOf(bytes.length / 2);
    this.#aheadAt = now;
    if (this.#aheadMs > burstMs + frameToleranceMs && !this.#wasHasty) {
      this.#wasHasty = true;
      this.#hooks.violation(
        `audio faster than ${paceSpeed} times real time: ${Math.round(this.#aheadMs)} ms ahead`,
      );
    }
    this.#dialect?.audio(bytes);
  }

  /** Silence of the room ends the socket, and so does a room that sends no audio at all. */
  #watch(): void {
    const idleAt = this.#lastInputAt + idleMs;
    const noAudioAt = this.#heardAudio ? Number.POSITIVE_INFINITY : this.#openedAt + noAudioMs;
    const now = this.#around.elapsedMs();
    if (now >= idleAt) {
      this.#hooks.note("provider: nothing was heard for 10 s");
      this.#end(1011, `${timeoutProse("audio data or a text message")} See https://dpgr.am/net0001`);
    } else if (now >= noAudioAt) {
      this.#hooks.note("provider: no audio for 30 s");
      this.#end(1011, `${timeoutProse("any audio")} no_audio_timeout. See https://dpgr.am/net0002`);
    } else {
      this.#cancelWatch = this.#around.setTimer(() => this.#watch(), Math.min(idleAt, noAudioAt) - now);
    }
  }

  #say(text: string): void {
    if (this.#state !== "open") return;
    const isTorn = this.#toTear > 0;
    if (isTorn) this.#toTear -= 1;
    const heard = isTorn ? text.slice(0, this.#random.int(1, text.length - 1)) : text;
    this.#enqueue(this.#random.int(50, 500), () => this.#listener.message(heard));
  }

  #end(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "over";
    this.#cancelWatch?.();
    this.#enqueue(this.#random.int(5, 50), () =>
      this.#listener.closed(this.#hasCrossed ? 1006 : code, reason),
    );
  }

  #enqueue(delayMs: number, run: () => void): void {
    const after = this.#queue.at(-1)?.at ?? 0;
    this.#queue.push({ at: Math.max(after, this.#around.elapsedMs() + delayMs), run });
    this.#deliver();
  }

  /** In order, each when its time has come and the socket is not stalled. */
  #deliver(): void {
    if (this.#cancelDelivery !== null && this.#queue.length > 1) return;
    const [first] = this.#queue;
    if (first === undefined || this.#abandoned) return;
    const now = this.#around.elapsedMs();
    const dueAt = Math.max(first.at, Math.min(this.#stalledUntil, now + stallStepMs));
    this.#cancelDelivery = this.#around.setTimer(
      () => {
        this.#cancelDelivery = null;
        if (this.#abandoned) return;
        if (this.#around.elapsedMs() >= this.#stalledUntil) {
          this.#queue.shift();
          first.run();
        }
        if (this.#cancelDelivery === null) this.#deliver();
      },
      Math.max(0, dueAt - now),
    );
  }

  #stop(): void {
    this.#queue = [];
    this.#cancelDelivery?.();
    this.#cancelWatch?.();
    this.#state = "over";
  }
}

const closeStream = '{"type":"CloseStream"}';

function isFlux(path: string): boolean {
  return path.startsWith("/v2/listen");
}

/** Flux says its last words in no special way: without them a regular close cannot be told from the real end. */
function fair(drop: Drop | null, path: string): Drop | null {
  if (drop === null || drop.queue === "deliver" || !isFlux(path)) return drop;
  return drop.code === 1000 || drop.code === 1005 ? { ...drop, code: 1006 } : drop;
}

/** One frame of the longest length that is advised. */
const frameToleranceMs = 250;
/** How often a stalled socket looks whether it may speak again. */
const stallStepMs = 250;

function timeoutProse(what: string): string {
  return `Deepgram did not receive ${what} within the timeout window.`;
}
