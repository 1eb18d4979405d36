import type { Ports, WebSocketLike } from "../../../client/index.ts";
import { settle, VirtualTime } from "../../support/virtual-time.ts";

type Listeners = {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { readonly data: unknown }) => void)[];
  close: ((event: { readonly code: number; readonly reason: string }) => void)[];
};

/** The client's end of a socket whose other end the test plays by hand. */
export class ScriptedSocket implements WebSocketLike {
  readonly url: URL;
  /** Of a WebSocket. */
  readonly protocols: readonly string[];
  /** Of a stream of events; `null`: it is a WebSocket. */
  readonly headers: Readonly<Record<string, string>> | null;
  readonly sent: (string | Uint8Array<ArrayBuffer>)[] = [];
  readonly #listeners: Listeners = { open: [], error: [], message: [], close: [] };
  bufferedAmount = 0;
  closedWith: number | null = null;
  /** Sees whatever the client sends, as it does. */
  handleSent: (data: string | Uint8Array<ArrayBuffer>) => void = () => {};

  constructor(
    url: string,
    protocols: readonly string[],
    headers: Readonly<Record<string, string>> | null = null,
  ) {
    this.url = new URL(url);
    this.protocols = protocols;
    this.headers = headers;
  }

  get messages(): unknown[] {
    return this.sent
      .filter((item) => typeof item === "string" && item !== "ping")
      .map((item) => JSON.parse(`${item}`));
  }

  get audio(): Uint8Array<ArrayBuffer>[] {
    return this.sent.filter((item) => typeof item !== "string");
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    this.sent.push(data);
    this.handleSent(data);
  }

  close(code = 1005): void {
    this.closedWith ??= code;
  }

  addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type][number]): void {
    const listeners: Listeners[Type][number][] = this.#listeners[type];
    listeners.push(listener);
  }

  async open(): Promise<void> {
    for (const listener of this.#listeners.open) listener();
    await settle();
  }

  async say(frame: object | string): Promise<void> {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    for (const listener of this.#listeners.message) listener({ data });
    await settle();
  }

  async drop(code = 1006, reason = ""): Promise<void> {
    for (const listener of this.#listeners.error) listener();
    for (const listener of this.#listeners.close) listener({ code, reason });
    await settle();
  }
}

/** What the client asked by HTTP, for the test to answer. */
export type ScriptedRequest = {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  answer(status: number, body: unknown): void;
  fail(): void;
};

export type Scene = {
  readonly time: VirtualTime;
  readonly ports: Ports;
  /** WebSockets and streams of events. */
  readonly sockets: ScriptedSocket[];
  readonly requests: ScriptedRequest[];
  /** The page is seen again, or the network is back. */
  wake(): void;
  /** The machine sleeps for so long: the clock goes on and nothing else does. */
  sleep(ms: number): void;
  /** The latest socket the client opened. */
  socket(): ScriptedSocket;
  /** Waits out the backoff and opens the socket that comes of it. */
  reopen(): Promise<ScriptedSocket>;
};

/** Surroundings for a client. `random` is the share of each backoff window that is waited. */
export function scene(random = 0.5): Scene {
  const time = new VirtualTime();
  const sockets: ScriptedSocket[] = [];
  const requests: ScriptedRequest[] = [];
  const wakers = new Set<() => void>();
  let sleptMs = 0;
  function socket(): ScriptedSocket {
    const latest = sockets.at(-1);
    if (latest === undefined) throw new Error("The client has opened no socket.");
    return latest;
  }
  return {
    time,
    sockets,
    requests,
    socket,
    wake() {
      for (const run of wakers) run();
    },
    sleep(ms) {
      sleptMs += ms;
    },
    ports: {
      now: () => time.now() + sleptMs,
      random: () => random,
      newKey: () => "key-of-the-test-publisher",
      setTimer: time.setTimer,
      onWake(run) {
        wakers.add(run);
        return () => wakers.delete(run);
      },
      openSocket(url, protocols) {
        const opened = new ScriptedSocket(url, protocols);
        sockets.push(opened);
        return opened;
      },
      openEvents(url, headers) {
        const opened = new ScriptedSocket(url, [], headers);
        sockets.push(opened);
        return opened;
      },
      fetch(url, { headers, signal }) {
        const answered = Promise.withResolvers<Response>();
        requests.push({
          url: new URL(url),
          headers,
          signal,
          answer: (status, body) => answered.resolve(Response.json(body, { status })),
          fail: () => answered.reject(new TypeError("fetch failed")),
        });
        return answered.promise;
      },
    },
    async reopen() {
      const count = sockets.length;
      for (let waitedMs = 0; sockets.length === count; waitedMs += 100) {
        if (waitedMs > 60_000) throw new Error("The client did not come back within a minute.");
        await time.advance(100);
      }
      await socket().open();
      return socket();
    },
  };
}
