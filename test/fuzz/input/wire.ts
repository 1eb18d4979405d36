import { once } from "node:events";
import { connect, type Socket } from "node:net";

const takenMs = 5_000;

/** A bare connection, for what no client library would send. */
export class Wire {
  /** What has come and was not taken yet. */
  received: Buffer = Buffer.alloc(0);
  /** The other side has ended it, or it broke. */
  isOver = false;
  readonly #socket: Socket;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    // Its close says enough.
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      this.received = this.received.length === 0 ? bytes : Buffer.concat([this.received, bytes]);
      this.#wake();
    });
    const over = (): void => {
      this.isOver = true;
      this.#wake();
    };
    socket.once("end", over);
    socket.once("close", over);
  }

  static async open(port: number): Promise<Wire> {
    // Half open: that we have no more to say is no reason not to hear the answer.
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  /** As fast as it is taken. What is not taken any more is not waited for: the runtime stops reading what it has refused. */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.writable) return;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(done, takenMs);
      const socket = this.#socket;
      function done(): void {
        clearTimeout(patience);
        socket.off("close", done);
        resolve();
      }
      socket.once("close", done);
      socket.write(bytes, done);
    });
  }

  /** We have no more to say. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Looks at what has come, whenever there is more of it; `null` when time is up before the look finds anything. */
  async until<T>(look: () => T | null, ms: number): Promise<T | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), ms);
    });
    try {
      for (;;) {
        const found = look();
        if (found !== null) return found;
        if ((await Promise.race([this.#changed.promise, late])) === "late") return look();
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    changed.resolve();
  }
}
