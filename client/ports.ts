/** What the client asks of its surroundings. Tests hand in a clock and sockets of their own. */
export type Ports = {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** A fresh secret of 16 to 64 letters, digits, `_` and `-`. */
  newKey(): string;
  /** Runs once after `delayMs`; the answer cancels it. */
  setTimer(run: () => void, delayMs: number): () => void;
  /** Calls `run` whenever the surroundings have reason to think that connections were lost unheard; the answer ends that. */
  onWake(run: () => void): () => void;
  openSocket(url: string, protocols: string[]): WebSocketLike;
  /** A stream of server-sent events, taken for a socket that only listens; see `event-stream.ts`. */
  openEvents(url: string, headers: Readonly<Record<string, string>>): WebSocketLike;
  fetch(url: string, init: FetchInit): Promise<Response>;
};

export type FetchInit = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
};

/** The part of a WebSocket that the client uses: the browser's, Node's or a scripted one. */
export type WebSocketLike = {
  /** Bytes handed to `send` that have not left yet. */
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
};
