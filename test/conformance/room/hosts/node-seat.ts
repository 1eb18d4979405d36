import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import type { Member } from "../../../../party/callers.ts";
import type { Seat } from "../../../../party/host/ground.ts";
import { ping, pong } from "../../../../shared/protocol.ts";

export type SeatHooks = {
  received(seat: NodeSeat, message: string | Uint8Array): void;
  /** The room closes it. */
  closing(seat: NodeSeat): void;
};

/** A member's socket in Node. The room is asked first, so what it says before the upgrade is answered waits for the socket. */
export class NodeSeat implements Seat {
  readonly id = randomUUID();
  readonly #hooks: SeatHooks;
  member: Member | null = null;
  #socket: WebSocket | null = null;
  #waiting: ((socket: WebSocket) => void)[] = [];
  #lastPingAt: number | null = null;

  constructor(hooks: SeatHooks) {
    this.#hooks = hooks;
  }

  remember(member: Member): void {
    this.member = member;
  }

  lastPingAt(): number | null {
    return this.#lastPingAt;
  }

  send(text: string): void {
    // A socket that is closing takes nothing, and does not throw either.
    this.#do((socket) => socket.send(text, () => {}));
  }

  close(code: number, reason: string): void {
    this.#hooks.closing(this);
    this.#do((socket) => socket.close(code, reason));
  }

  /** The upgrade has been answered. */
  open(socket: WebSocket): void {
    this.#socket = socket;
    socket.on("message", (data, isBinary) => this.#received(data, isBinary));
    // Its end is told by the connection beneath.
    socket.on("error", () => {});
    for (const each of this.#waiting) each(socket);
    this.#waiting = [];
  }

  /** The connection is cut. */
  cut(): void {
    this.#socket?.terminate();
  }

  #received(data: WebSocket.RawData, isBinary: boolean): void {
    if (isBinary) {
      if (Buffer.isBuffer(data)) this.#hooks.received(this, data);
      return;
    }
    const text = String(data);
    if (text !== ping) {
      this.#hooks.received(this, text);
      return;
    }
    this.#lastPingAt = Date.now();
    this.send(pong);
  }

  #do(work: (socket: WebSocket) => void): void {
    if (this.#socket === null) this.#waiting.push(work);
    else work(this.#socket);
  }
}
