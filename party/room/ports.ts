import type { Position } from "../../shared/position.ts";
import type { Point } from "./measure/points.ts";

/**
 * Everything the room's core needs of the world, as arguments: no clock, no randomness, no socket and no storage is
 * taken from a platform inside `party/room`. Hosts bind these; tests drive them by hand.
 */
export type Cancel = () => void;

export type Ports = {
  /** Epoch milliseconds. */
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** An unguessable id of letters, digits, `_` and `-`. */
  newId(): string;
  /** Runs once after `delayMs`, unless cancelled. */
  setTimer(run: () => void, delayMs: number): Cancel;
  /** Opens the room's speech-to-text socket. Outcomes come by the listener, never by a throw. */
  dial(request: DialRequest, listener: DialListener): UpstreamSocket;
  /** Recognises audio that missed its live socket, by one request to the provider's batch endpoint. */
  transcribe(request: BatchRequest, answered: (answer: BatchAnswer) => void): Cancel;
  /** A viewer shows a new token: it is checked, and the viewer told or sent away. */
  renew(socket: MemberSocket, token: string): void;
  /** Called with each heartbeat while a session runs, and with what an operator changes, before it goes out. */
  beat(): void;
  /** The room cannot go on (storage failed): the host drops this object and every socket, and a new one takes over. */
  die(): void;
  /** What an operator should read in a log; never caption text, tokens or keys. */
  log(event: string, fields: Readonly<Record<string, string | number | boolean>>): void;
  /** Figures for later queries, about once a minute of a session; never throws. */
  record(point: Point): void;
};

/** A member's socket. `send` and `close` never throw: a dead peer is reported by the host as having left. */
export type MemberSocket = {
  readonly id: string;
  /** The host itself ends this one when it falls behind: it need not say what it has seen. */
  readonly selfPaced?: true;
  /** When the host last answered a ping of this member by itself, epoch milliseconds; `null` before the first. */
  lastPingAt(): number | null;
  /** `head`: where a viewer stands once it has this frame; a stream of events names each by it. */
  send(text: string, head?: Position): void;
  close(code: number, reason: string): void;
};

export type DialRequest = {
  /** Path and query on the provider's host, credentials excluded. */
  readonly path: string;
};

export type DialListener = {
  opened(): void;
  /** The upgrade was answered with a plain response; 0 when no answer came at all. */
  refused(status: number, detail: string): void;
  message(text: string): void;
  /** Called exactly once after `opened`, with 1006 when the connection broke without a close frame. */
  closed(code: number, reason: string): void;
};

export type UpstreamSocket = {
  send(data: string | Uint8Array): void;
  /**
   * Abandons the socket: the listener hears nothing of it any more. `gone` is called once the provider has seen it
   * close, if it ever does.
   */
  abandon(gone?: () => void): void;
};

export type BatchRequest = {
  /** Path and query on the provider's host, credentials excluded. */
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
};

/** `status` 0: no answer came. `body` is bounded by the host. Answered exactly once unless cancelled. */
export type BatchAnswer = { readonly status: number; readonly body: string };
