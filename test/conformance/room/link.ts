import * as v from "valibot";
import { WebSocket } from "ws";
import { within } from "../../../testing/wait.ts";

export type Closed = { readonly code: number; readonly reason: string };

type Waiter = { look(): boolean; fail(error: Error): void };

/** Told to leave, a server may let the connection below linger; browsers wait for its end about as long. */
const closeTimeout = 1_000;

/** A bare WebSocket whose every frame is checked against its schema. */
export class Link<Frame extends { readonly type: string }> {
  readonly frames: Frame[] = [];
  /** What came and is no JSON, as answers to pings. */
  readonly words: string[] = [];
  readonly #socket: WebSocket;
  readonly #ended = Promise.withResolvers<Closed>();
  #closed: Closed | null = null;
  #wrong: Error | null = null;
  #waiters: Waiter[] = [];

  /** @param taken called with each frame; what it throws fails whoever waits */
  private constructor(
    socket: WebSocket,
    schema: v.GenericSchema<unknown, Frame>,
    taken: (frame: Frame) => void,
  ) {
    this.#socket = socket;
    socket.on("message", (data) => {
      const text = String(data);
      try {
        if (text.startsWith("{")) this.#take(parsed(schema, text), taken);
        else this.words.push(text);
      } catch (error) {
        this.#wrong ??= error instanceof Error ? error : new Error(String(error));
      }
      this.#look();
    });
    socket.on("close", (code, reason) => {
      this.#closed = { code, reason: String(reason) };
      this.#ended.resolve(this.#closed);
      this.#look();
    });
    socket.on("error", () => {}); // its close follows and says enough
  }

  static async open<F extends { readonly type: string }>(
    url: URL,
    protocols: readonly string[],
    headers: Readonly<Record<string, string>>,
    schema: v.GenericSchema<unknown, F>,
    taken: (frame: F) => void = () => {},
  ): Promise<Link<F>> {
    const address = new URL(url);
    address.protocol = address.protocol.replace("http", "ws");
    const options = { headers, closeTimeout };
    const socket = new WebSocket(address, [...protocols], options);
    const link = new Link(socket, schema, taken);
    const opened = new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("unexpected-response", (_, { statusCode }) =>
        reject(new Error(`The upgrade was answered with ${statusCode}.`)),
      );
      socket.once("error", reject);
    });
    await within("the upgrade is answered", opened);
    return link;
  }

  /** The subprotocol that was chosen. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  get isOpen(): boolean {
    return this.#closed === null;
  }

  #take(frame: Frame, taken: (frame: Frame) => void): void {
    this.frames.push(frame);
    taken(frame);
  }

  /** An object goes as JSON. */
  send(data: object | string | Uint8Array): void {
    this.#socket.send(typeof data === "string" || data instanceof Uint8Array ? data : JSON.stringify(data));
  }

  /** The first frame of this type, from the beginning on. */
  frame<T extends Frame["type"]>(type: T, ms?: number): Promise<Extract<Frame, { type: T }>> {
    const isOne = (frame: Frame): frame is Extract<Frame, { type: T }> => frame.type === type;
    return this.find(`a frame of type ${type}`, isOne, ms);
  }

  /** The first frame that this holds for, from the beginning on. */
  async find<F extends Frame>(
    what: string,
    holds: ((frame: Frame) => frame is F) | ((frame: Frame) => boolean),
    ms?: number,
  ): Promise<F> {
    let found: Frame | undefined;
    await this.until(
      what,
      () => {
        found = this.frames.find(holds);
        return found !== undefined;
      },
      ms,
    );
    return found as F;
  }

  /** Looks again with each frame. Fails when the socket closes first, or a frame is wrong. */
  async until(what: string, holds: () => boolean, ms = 20_000): Promise<void> {
    const reached = new Promise<void>((resolve, fail) => {
      const look = (): boolean => {
        if (!holds()) return false;
        resolve();
        return true;
      };
      this.#waiters.push({ look, fail });
      this.#look();
    });
    await within(what, reached, ms).catch((error: Error) => {
      throw new Error(`${error.message}; ${this.#tail()}`);
    });
  }

  #tail(): string {
    return `last frames: ${JSON.stringify(this.frames.slice(-3)).slice(0, 600)}`;
  }

  async closed(ms = 20_000): Promise<Closed> {
    const closed = await within("the socket closes", this.#ended.promise, ms).catch((error: Error) => {
      throw new Error(`${error.message}; ${this.#tail()}`);
    });
    this.check();
    return closed;
  }

  /** Throws what was wrong with a frame. */
  check(): void {
    if (this.#wrong !== null) throw this.#wrong;
  }

  close(): void {
    this.#socket.close(1000);
  }

  /** As a network does that is gone: without a word. */
  cut(): void {
    this.#socket.terminate();
  }

  #look(): void {
    if (this.#wrong !== null) {
      for (const { fail } of this.#waiters.splice(0)) fail(this.#wrong);
      return;
    }
    this.#waiters = this.#waiters.filter((waiter) => !waiter.look());
    const closed = this.#closed;
    if (closed === null) return;
    for (const { fail } of this.#waiters.splice(0))
      fail(new Error(`The socket closed with ${closed.code} ${closed.reason}`));
  }
}

function parsed<Frame>(schema: v.GenericSchema<unknown, Frame>, text: string): Frame {
  const read = v.safeParse(schema, JSON.parse(text));
  if (read.success) return read.output;
  const wrong = read.issues.map((issue) => `${v.getDotPath(issue) ?? "frame"}: ${issue.message}`);
  throw new Error(`A frame is not what its schema says: ${wrong.join("; ")} in ${text.slice(0, 300)}`);
}
