import { request } from "./runtime-client.ts";
import { Waiting } from "./runtime-wait.ts";

/** `name`: of its type, `message` where it has none of its own. */
export type StreamedEvent = { readonly id: string | null; readonly name: string; readonly data: string };

/** Reads a stream of server-sent events as the standard says, and keeps all of it. */
export class Events {
  readonly events: StreamedEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | null = null;
  lastId: string | null = null;
  /** How it ended: by the room, or by a broken connection. */
  ended: "closed" | "broken" | null = null;
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #waiting = new Waiting(() => `${JSON.stringify(this.events.slice(-5))} ${this.ended}`);

  private constructor(response: Response, body: ReadableStream<Uint8Array>) {
    this.response = response;
    this.#reader = body.getReader();
    this.#pump()
      .then(() => this.#end("closed"))
      .catch(() => this.#end("broken"));
  }

  static async open(
    room: string,
    token: string,
    lastId: string | null = null,
    query = "",
    path = "events",
  ): Promise<Events> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastId === null ? {} : { "last-event-id": lastId }),
    };
    const response = await request(`/v1/rooms/${room}/${path}${query}`, { headers });
    if (response.status !== 200 || response.body === null) throw new Error(`no stream: ${response.status}`);
    return new Events(response, response.body);
  }

  get frames(): Readonly<Record<string, unknown>>[] {
    return this.events.map(({ data }) => JSON.parse(data));
  }

  async until(what: string, fits: (frame: Readonly<Record<string, unknown>>) => boolean) {
    return this.#waiting.for(what, () => this.frames.find(fits));
  }

  async end(): Promise<"closed" | "broken"> {
    return this.#waiting.for("the stream to end", () => this.ended ?? undefined);
  }

  async leave(): Promise<void> {
    await this.#reader.cancel();
  }

  async #pump(): Promise<void> {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#block(block.split("\n"));
      this.#waiting.wake();
    }
  }

  #block(lines: readonly string[]): void {
    let data: string | null = null;
    let name = "message";
    for (const line of lines) {
      const colon = line.indexOf(":");
      const field = line.slice(0, colon);
      const value = line.slice(colon + 1).replace(/^ /, "");
      if (field === "") this.comments.push(value);
      else if (field === "retry") this.retryMs = Number(value);
      else if (field === "event") name = value;
      else if (field === "id") this.lastId = value;
      else if (field === "data") data = data === null ? value : `${data}\n${value}`;
      else throw new Error(`a field nobody knows: ${line}`);
    }
    if (data !== null) this.events.push({ id: this.lastId, name, data });
  }

  #end(how: "closed" | "broken"): void {
    this.ended = how;
    this.#waiting.wake();
  }
}
