import { WebSocket } from "ws";
import { timing } from "../../shared/limits.ts";
import type { Random } from "../../test/support/tape/random.ts";
import { clock, clockToMs, type MarkKind } from "./mark.ts";
import type { Speaker } from "./speakers.ts";

export type ViewerHooks = {
  /** Once for each message of the stream and viewer. */
  marked(kind: MarkKind, at: number, ms: number): void;
  /** Of every frame, its header on the wire included. */
  received(bytes: number): void;
  /** The connection ended, and not because this side wanted it. */
  lost(code: number): void;
};

/** A viewer that costs little, so that thousands fit into one process: it looks for marks and answers what it must. */
export class Viewer {
  readonly speaker: Speaker;
  /** Of the finals it has received, when each left the provider. */
  readonly finals = new Set<number>();
  readonly #hooks: ViewerHooks;
  readonly #random: Random;
  #socket: WebSocket | null = null;
  #newest = 0;
  #receipt: NodeJS.Timeout | null = null;

  constructor(speaker: Speaker, random: Random, hooks: ViewerHooks) {
    this.speaker = speaker;
    this.#random = random;
    this.#hooks = hooks;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Resolves once the connection is of use; rejects when it cannot be made. */
  open(): Promise<void> {
    const { url, protocols } = this.speaker.address();
    const socket = new WebSocket(url, [...protocols], { perMessageDeflate: false, skipUTF8Validation: true });
    this.#socket = socket;
    return new Promise((resolve, reject) => {
      let isReady = false;
      const ready = (): void => {
        isReady = true;
        resolve();
      };
      // Where the other side says nothing first, the upgrade is all there is.
      if (!this.speaker.greets) socket.once("open", ready);
      socket.on("message", (data: Buffer) => {
        const now = clock();
        this.#hooks.received(data.length + headerBytes(data.length));
        const { marks, isResume, reply, isReady: isGreeting } = this.speaker.read(data.toString("latin1"));
        if (reply !== undefined) socket.send(reply);
        if (isGreeting === true) ready();
        for (const { kind, at } of marks) {
          if (kind === "f") this.finals.add(at);
          if (at <= this.#newest) continue;
          this.#newest = at;
          if (!isResume) this.#hooks.marked(kind, at, clockToMs(now - at));
        }
        if (marks.length > 0) this.#answerLater();
      });
      let failure = "";
      socket.on("error", ({ message }) => {
        failure = message; // its close follows
      });
      socket.on("close", (code) => {
        if (!isReady) reject(new Error(`A viewer cannot connect to ${url}: ${code} ${failure}`));
        else if (this.#socket === socket) this.#hooks.lost(code);
      });
    });
  }

  /** Breaks the connection without a word, as a network does. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#stopReceipt();
    socket?.terminate();
  }

  /** Reads no more; the connection stays. */
  stall(): void {
    this.#stopReceipt();
    this.#socket?.pause();
  }

  #answerLater(): void {
    if (this.#receipt !== null || this.#socket === null) return;
    // As the client does it, with its jitter.
    const delayMs = timing.seenEveryMs * (1 + this.#random.next());
    this.#receipt = setTimeout(() => {
      this.#receipt = null;
      if (!this.isOpen) return;
      const receipt = this.speaker.receipt();
      if (receipt !== null) this.#socket?.send(receipt);
    }, delayMs);
  }

  #stopReceipt(): void {
    if (this.#receipt !== null) clearTimeout(this.#receipt);
    this.#receipt = null;
  }
}

function headerBytes(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10;
}
