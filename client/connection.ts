import { CaptionwireError, type ErrorCode } from "../shared/errors.ts";
import { timing } from "../shared/limits.ts";
import { ping, pong } from "../shared/protocol.ts";
import { type BackoffPolicy, retryDelay } from "./backoff.ts";
import type { Dialer, Transport } from "./dialer.ts";
import type { Ports, WebSocketLike } from "./ports.ts";
import { type Ending, judge } from "./verdict.ts";
import { watchWake } from "./wake.ts";

/**
 * A token, or where to ask for one: before every connection attempt, and when a viewer's token has ended. `null` is none at
 * all, which is enough to read along in a public room.
 */
export type TokenSource = Token | (() => Token | Promise<Token>);
type Token = string | null;

export function tokenOf(source: TokenSource): Token | Promise<Token> {
  return typeof source === "function" ? source() : source;
}

export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "open"; readonly transport: Transport }
  | { readonly state: "waiting"; readonly retryInMs: number; readonly reason: string }
  | { readonly state: "closed"; readonly code: ErrorCode | "done"; readonly message: string };

export type Connection = {
  readonly link: Link;
  /** Bytes that have not left yet; 0 while there is no socket. */
  readonly bufferedAmount: number;
  /** Dropped silently while no socket is open: what must arrive is the caller's to send again. */
  send(data: string | Uint8Array<ArrayBuffer>): void;
  /** The room's first answer came: the link is open. What it announced replaces what was assumed. */
  settle(announced: { heartbeatMs?: number; windowMs?: number }): void;
  /** Ends this socket for the given reason; comes back unless that cannot help. */
  drop(ending: Ending): void;
  close(): void;
};

type Options = {
  readonly ports: Ports;
  readonly token: TokenSource;
  readonly dialer: Dialer;
  readonly backoff: BackoffPolicy;
  /** The room wants to hear from us at least this often, however much it says itself; absent: it does not mind. */
  readonly speakEveryMs?: number;
  handleOpen(): void;
  handleText(text: string): void;
  handleLink(link: Link): void;
};

/** A link that held this long was healthy: the next loss is a new one and not the same again. */
const stableMs = 10_000;
/** A ping is answered by the runtime at once, whatever the room does: a live link needs no longer than this. */
const pongMaxMs = 8_000;
/** After a sleep it is asked at once, and less patiently: most often there is nobody any more. */
const wakePatienceMs = 4_000;
/** A network that comes and goes wakes nobody more often than this. */
const wakeEveryMs = 5_000;

/**
 * One socket at a time to a room, replaced whenever it is lost and coming back can help.
 *
 * It owns tokens, backoff, silence and close codes, and knows nothing of what the frames mean.
 * Events of a socket that has been replaced are ignored.
 */
export function createConnection(options: Options): Connection {
  const { ports, token, dialer, speakEveryMs } = options;
  const canRenew = typeof token === "function";
  let link: Link = { state: "connecting" };
  let backoff = options.backoff;
  let heartbeatMs: number = timing.heartbeatMs;
  let attempt = 0;
  let settledAt: number | null = null;
  /** While waiting. */
  let retryAt = 0;
  let heardAt = 0;
  let wokenAt = Number.NEGATIVE_INFINITY;
  let socket: WebSocketLike | null = null;
  let isOpen = false;
  /** Grows with each attempt; whatever belongs to an earlier one is stale. */
  let generation = 0;
  let cancelTimer = (): void => {};
  let cancelPing = (): void => {};

  const stopWatching = watchWake(ports, wake);

  function setLink(next: Link): void {
    link = next;
    if (next.state === "closed") stopWatching();
    options.handleLink(next);
  }

  function setTimer(delayMs: number, run: () => void): void {
    cancelTimer();
    cancelTimer = ports.setTimer(run, delayMs);
  }

  async function connect(): Promise<void> {
    const mine = ++generation;
    settledAt = null;
    setLink({ state: "connecting" });
    if (mine !== generation) return;
    setTimer(timing.connectTimeoutMs, () => drop({ kind: "fault", reason: "The room did not answer." }));
    let bearer: Token;
    try {
      bearer = await tokenOf(token);
    } catch (error) {
      if (mine === generation) drop({ kind: "no-token", error });
      return;
    }
    if (mine === generation) open(mine, bearer);
  }

  function open(mine: number, bearer: Token): void {
    let opened: WebSocketLike;
    try {
      opened = dialer.dial(bearer);
    } catch {
      // It throws only for an address or token that can never be sent.
      drop({ kind: "no-token", error: unusable() });
      return;
    }
    socket = opened;
    opened.addEventListener("open", () => {
      if (mine !== generation) {
        opened.close(1000);
        return;
      }
      isOpen = true;
      options.handleOpen();
    });
    opened.addEventListener("message", (event) => {
      if (mine !== generation || typeof event.data !== "string") return;
      heardAt = ports.now();
      if (settledAt !== null) watchForSilence();
      if (event.data !== pong) options.handleText(event.data);
    });
    opened.addEventListener("close", (event) => {
      if (mine === generation) drop({ kind: "close", code: event.code, reason: event.reason });
    });
    // An error is always followed by a close, which says more.
    opened.addEventListener("error", () => {});
  }

  /**
   * The room is quiet while it sleeps, so silence is first answered with a ping. The second timer starts only
   * when the first has fired: a background tab whose timers are slowed down does not take itself for dead.
   */
  function watchForSilence(): void {
    setTimer(heartbeatMs, () => ask(Math.min(heartbeatMs * 1.5, pongMaxMs)));
  }

  function ask(patienceMs: number): void {
    send(ping);
    setTimer(patienceMs, goneSilent);
  }

  function goneSilent(): void {
    drop({ kind: "fault", reason: "The connection went silent." });
  }

  /** An open link has to answer now; what waited for its next try comes back as after a first loss. */
  function wake(): void {
    const now = ports.now();
    if (now >= wokenAt && now - wokenAt < wakeEveryMs) return;
    wokenAt = now;
    if (link.state === "open") {
      // A stream of events cannot be asked: it speaks by itself, or has ended unheard.
      if (dialer.transport === "websocket") ask(wakePatienceMs);
      else if (now - heardAt > heartbeatMs + pongMaxMs) goneSilent();
    } else if (link.state === "waiting") {
      attempt = 0;
      wait(link.reason, Math.max(0, retryAt - now));
    }
  }

  /** Others may come back at the same moment, so nobody does without a part of the window. */
  function wait(reason: string, atMostMs = Number.POSITIVE_INFINITY): void {
    const retryInMs = Math.min(atMostMs, retryDelay(attempt++, backoff, ports.random()));
    retryAt = ports.now() + retryInMs;
    setTimer(retryInMs, () => void connect());
    setLink({ state: "waiting", retryInMs, reason });
  }

  function send(data: string | Uint8Array<ArrayBuffer>): void {
    if (!isOpen) return;
    socket?.send(data);
    cancelPing();
    if (speakEveryMs !== undefined) cancelPing = ports.setTimer(() => send(ping), speakEveryMs);
  }

  function leave(): void {
    generation++;
    cancelTimer();
    cancelPing();
    // One that is still opening is closed once it has opened: browsers report a close before that as an error.
    if (isOpen) socket?.close(1000);
    socket = null;
    isOpen = false;
  }

  function drop(ending: Ending): void {
    if (link.state === "closed" || link.state === "waiting") return;
    const wasStable = settledAt !== null && ports.now() - settledAt >= stableMs;
    if (socket !== null) dialer.ended(ending, settledAt !== null);
    leave();
    const verdict = judge(ending, canRenew);
    if (!verdict.retry) {
      setLink({ state: "closed", code: verdict.code, message: verdict.message });
      return;
    }
    if (wasStable) attempt = 0;
    wait(verdict.reason);
  }

  async function begin(): Promise<void> {
    // Nobody's callback runs before the caller holds what createConnection returns.
    await null;
    if (link.state !== "closed") await connect();
  }

  void begin();

  return {
    get link() {
      return link;
    },
    get bufferedAmount() {
      return socket?.bufferedAmount ?? 0;
    },
    send,
    settle(announced) {
      if (!isOpen || settledAt !== null) return;
      settledAt = ports.now();
      heartbeatMs = announced.heartbeatMs ?? heartbeatMs;
      backoff = { ...backoff, windowMs: announced.windowMs ?? backoff.windowMs };
      watchForSilence();
      setLink({ state: "open", transport: dialer.transport });
    },
    drop,
    close() {
      if (link.state === "closed") return;
      leave();
      setLink({ state: "closed", code: "done", message: "Closed." });
    },
  };
}

function unusable(): CaptionwireError {
  return new CaptionwireError("bad_request", "The address or the token cannot be used for a WebSocket.");
}
