import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { text as textOf } from "node:stream/consumers";
import * as v from "valibot";
import { openWavHeader } from "../../engine/audio/wav.ts";
import { localUrl } from "../../testing/local-url.ts";

/** How the provider answers a request; one that returns without an end leaves the request hanging. */
export type Script = (asked: Asked) => void | Promise<void>;

export type ProviderEvent = {
  readonly what: "begun" | "ended" | "refused" | "broken" | "left" | "mark";
  /** Which request, from 1; of a mark its name. */
  readonly of: number | string;
};

const BodySchema = v.strictObject({ text: v.string() });
const pieceBytes = 64 * 1024;

/**
 * A text-to-speech provider on Deepgram's wire whose every answer a test decides, over real sockets. What it says for a
 * text are counted samples that begin at a number made from the text, so each byte tells where it belongs.
 */
export class SpeakProvider {
  /** Used for every request that begins from now on. */
  script: Script = (asked) => asked.speak();
  /** How long the audio of a text is; even, so that every text is whole 16-bit samples. */
  bytesPerCharacter = 20;
  #asked: Asked[] = [];
  #events: ProviderEvent[] = [];
  #most = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // A connection that is closed just as it is used again would be a fault that no script asked for.
    this.#server.keepAliveTimeout = 10 * 60_000;
  }

  static async start(): Promise<SpeakProvider> {
    const provider = new SpeakProvider();
    provider.#server.listen(0, "127.0.0.1");
    await once(provider.#server, "listening");
    return provider;
  }

  get url(): string {
    return localUrl(this.#server);
  }

  /** Every request since the last `begin`, in the order in which they came. */
  get asked(): readonly Asked[] {
    return this.#asked;
  }

  get texts(): string[] {
    return this.#asked.map(({ text }) => text);
  }

  /** Requests that are neither answered to their end nor broken. */
  get open(): number {
    return this.#asked.filter(({ state }) => state === "open").length;
  }

  /** The highest number of open requests at any one time. */
  get most(): number {
    return this.#most;
  }

  /** What happened, in its order. */
  get events(): readonly ProviderEvent[] {
    return this.#events;
  }

  /** Where in the order something happened; -1 when it did not. */
  when(what: ProviderEvent["what"], of: number | string): number {
    return this.#events.findIndex((event) => event.what === what && event.of === of);
  }

  mark(name: string): void {
    this.#events.push({ what: "mark", of: name });
  }

  /** Forgets what was asked, and answers by another script. */
  begin(script: Script = (asked) => asked.speak(), { bytesPerCharacter = 20 } = {}): void {
    if (this.open > 0) throw new Error(`${this.open} requests of the last test are still open.`);
    this.#asked = [];
    this.#events = [];
    this.#most = 0;
    this.script = script;
    this.bytesPerCharacter = bytesPerCharacter;
  }

  /** What is said for these texts, one after the other, without a container. */
  audioOf(...texts: readonly string[]): Buffer {
    return Buffer.concat(texts.map((text) => samplesOf(text, this.bytesPerCharacter)));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request).catch(() => null);
    if (body === null) return;
    const url = new URL(request.url ?? "/", this.url);
    const isSpeak = request.method === "POST" && url.pathname === "/v1/speak";
    const read = v.safeParse(v.pipe(v.string(), v.parseJson(), BodySchema), body);
    if (!isSpeak || !read.success) {
      response.writeHead(418).end(`${request.method} ${url.pathname} ${body.slice(0, 200)}`);
      return;
    }
    const { text } = read.output;
    const asked = new Asked({
      number: this.#asked.length + 1,
      attempt: this.#asked.filter((other) => other.text === text).length + 1,
      text,
      query: url.searchParams,
      headers: request.headers,
      audio: samplesOf(text, this.bytesPerCharacter),
      response,
      tell: (what, of) => this.#events.push({ what, of }),
    });
    this.#asked.push(asked);
    this.#events.push({ what: "begun", of: asked.number });
    this.#most = Math.max(this.#most, this.open);
    await this.script(asked);
  }
}

type AskedOptions = {
  readonly number: number;
  readonly attempt: number;
  readonly text: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly audio: Buffer;
  readonly response: ServerResponse;
  readonly tell: (what: ProviderEvent["what"], of: number) => void;
};

/** One request, and what can be done to it. */
export class Asked {
  readonly number: number;
  /** How often its text was asked for until now, this time included. */
  readonly attempt: number;
  readonly text: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What is to be said, behind a WAV header if one was asked for. */
  readonly audio: Buffer;
  /** Resolves when the other side is gone before the end. */
  readonly left: Promise<void>;
  state: "open" | "ended" | "refused" | "broken" | "left" = "open";
  /** Bytes of audio that the system took. */
  sent = 0;
  readonly #response: ServerResponse;
  readonly #tell: AskedOptions["tell"];

  constructor({ number, attempt, text, query, headers, audio, response, tell }: AskedOptions) {
    this.number = number;
    this.attempt = attempt;
    this.text = text;
    this.query = query;
    this.headers = headers;
    this.audio = Buffer.concat([headerFor(query), audio]);
    this.#response = response;
    this.#tell = tell;
    response.on("error", () => {}); // its close says enough
    this.left = new Promise((resolve) => {
      response.once("close", () => {
        if (this.state !== "open") return;
        this.#become("left");
        resolve();
      });
    });
  }

  get requestId(): string {
    return `00000000-0000-4000-8000-${String(this.number).padStart(12, "0")}`;
  }

  /** All of it, as fast as it is taken. */
  async speak(): Promise<void> {
    await this.send();
    this.end();
  }

  /** The headers alone. */
  head(): void {
    if (this.#response.headersSent || this.state !== "open") return;
    this.#response.writeHead(200, {
      "content-type": typeFor(this.query),
      "dg-model-name": this.query.get("model") ?? "aura-asteria-en",
      "dg-model-uuid": "11111111-2222-4333-8444-555555555555",
      "dg-char-count": String([...this.text].length),
      "dg-request-id": this.requestId,
      "dg-project-id": "project-of-the-service",
      "set-cookie": "account=of-the-service",
    });
    this.#response.flushHeaders();
  }

  /** The next bytes of the audio, to a place in it; resolves when the system took them or nobody wants them. */
  async send(to = this.audio.length): Promise<void> {
    this.head();
    while (this.sent < Math.min(to, this.audio.length) && this.state === "open") {
      const piece = this.audio.subarray(this.sent, Math.min(to, this.sent + pieceBytes));
      const taken = new Promise<boolean>((resolve) => {
        this.#response.write(piece, (error) => resolve(!error));
      });
      if (!(await Promise.race([taken, this.left.then(() => false)]))) {
        // A write fails before the connection is known to be closed.
        if (this.state === "open") await this.left;
        return;
      }
      this.sent += piece.length;
    }
  }

  /** As a whole answer ends, however little was said. */
  end(): void {
    if (this.state !== "open") return;
    this.head();
    this.#become("ended");
    this.#response.end();
  }

  refuse(status: number, body: string | object = "", headers: Readonly<Record<string, string>> = {}): void {
    if (this.state !== "open") return;
    this.#become("refused");
    const isText = typeof body === "string";
    this.#response
      .writeHead(status, { "content-type": isText ? "text/plain" : "application/json", ...headers })
      .end(isText ? body : JSON.stringify(body));
  }

  /** A refusal whose body never ends. */
  beginRefusal(status: number): void {
    this.#response.writeHead(status, { "content-type": "application/json", "content-length": "1000" });
    this.#response.write('{"err_code":');
  }

  /** As a crash does. */
  reset(): void {
    if (this.state !== "open") return;
    this.#become("broken");
    this.#response.socket?.resetAndDestroy();
  }

  /** As a process does that leaves in order, in the middle of what it says. */
  cut(): void {
    if (this.state !== "open") return;
    this.#become("broken");
    this.#response.socket?.end();
  }

  #become(state: Exclude<Asked["state"], "open">): void {
    this.state = state;
    this.#tell(state, this.number);
  }
}

function samplesOf(text: string, bytesPerCharacter: number): Buffer {
  const first = createHash("sha256").update(text).digest().readUInt16LE(0);
  const samples = new Uint16Array((bytesPerCharacter * text.length) / 2);
  for (let index = 0; index < samples.length; index++) samples[index] = first + index;
  return Buffer.from(samples.buffer);
}

const telephone = (encoding: string): encoding is "mulaw" | "alaw" => /^(mulaw|alaw)$/.test(encoding);

function headerFor(query: URLSearchParams): Uint8Array {
  const encoding = query.get("encoding") ?? "mp3";
  if (query.get("container") === "none" || (encoding !== "linear16" && !telephone(encoding)))
    return new Uint8Array(0);
  return openWavHeader(rateOf(query), encoding);
}

function typeFor(query: URLSearchParams): string {
  const encoding = query.get("encoding") ?? "mp3";
  if (encoding !== "linear16" && !telephone(encoding)) return "audio/mpeg";
  if (query.get("container") !== "none") return "audio/wav";
  return `audio/${encoding === "linear16" ? "l16" : encoding};rate=${rateOf(query)}`;
}

function rateOf(query: URLSearchParams): number {
  return Number(query.get("sample_rate") ?? (query.get("encoding") === "linear16" ? 24_000 : 8_000));
}
