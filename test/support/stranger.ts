import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { WebSocket } from "ws";
import { bearerSubprotocolPrefix, type Role, subprotocol } from "../../shared/protocol.ts";
import { within } from "../../testing/wait.ts";

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
};

export type Request = {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
};

/** What became of an upgrade. */
export type Knocked =
  | { readonly kind: "refused"; readonly answer: Answer }
  | { readonly kind: "opened"; readonly socket: OpenSocket };

export type OpenSocket = {
  readonly headers: IncomingHttpHeaders;
  readonly frames: readonly unknown[];
  /** The first frame; resolves with the reason where none comes any more. */
  first(): Promise<unknown>;
  closed(): Promise<{ readonly code: number; readonly reason: string }>;
  send(text: string): void;
  close(): void;
};

const connectionsMax = 16;

/**
 * Somebody with an address of their own: one of this machine's (127.0.0.0/8), from which they really come, or any other, which
 * the local runtime believes where the platform would not.
 */
export class Stranger {
  readonly #url: string;
  readonly #localAddress: string | undefined;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connectionsMax });

  constructor(url: string, address: string) {
    this.#url = url;
    this.#localAddress = address.startsWith("127.") ? address : undefined;
    this.#headers = this.#localAddress === undefined ? { "cf-connecting-ip": address } : {};
  }

  ask(path: string, { method = "GET", token, headers, body }: Request = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const asked = new Promise<Answer>((resolve, reject) => {
      const outgoing = request(`${this.#url}${path}`, {
        method,
        agent: this.#agent,
        localAddress: this.#localAddress,
        headers: {
          ...this.#headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
          ...headers,
        },
      });
      outgoing.once("response", (incoming) => answerOf(incoming).then(resolve, reject));
      outgoing.once("error", reject);
      outgoing.end(text);
    });
    return within(`${method} ${path} is answered`, asked, 30_000);
  }

  /** Asks for a room's socket. */
  knock(room: string, { token, headers, role = "viewer" }: Request & { readonly role?: Role } = {}) {
    const url = new URL(`/parties/captions/${room}?role=${role}`, this.#url);
    url.protocol = "ws:";
    const protocols = token === undefined ? [subprotocol] : [subprotocol, bearerSubprotocolPrefix + token];
    const socket = new WebSocket(url, protocols, {
      localAddress: this.#localAddress,
      headers: { ...this.#headers, ...headers },
    });
    const knocked = new Promise<Knocked>((resolve, reject) => {
      let upgraded: IncomingHttpHeaders = {};
      const opened = openSocket(socket, () => upgraded);
      socket.once("upgrade", (incoming) => {
        upgraded = incoming.headers;
      });
      socket.once("open", () => resolve({ kind: "opened", socket: opened }));
      socket.once("unexpected-response", (_, incoming) => {
        answerOf(incoming).then((answer) => resolve({ kind: "refused", answer }), reject);
      });
      socket.on("error", reject);
    });
    return within("an upgrade is answered", knocked);
  }

  close(): void {
    this.#agent.destroy();
  }
}

function openSocket(socket: WebSocket, headers: () => IncomingHttpHeaders): OpenSocket {
  const frames: unknown[] = [];
  const first = Promise.withResolvers<unknown>();
  const ended = Promise.withResolvers<{ code: number; reason: string }>();
  socket.on("message", (data) => {
    const frame: unknown = JSON.parse(String(data));
    frames.push(frame);
    first.resolve(frame);
  });
  socket.on("close", (code, reason) => {
    ended.resolve({ code, reason: String(reason) });
    first.resolve(`closed with ${code} ${reason}`);
  });
  return {
    get headers() {
      return headers();
    },
    frames,
    first: () => within("a first frame", first.promise),
    closed: () => within("a socket closes", ended.promise),
    send: (text) => socket.send(text),
    close: () => socket.close(),
  };
}

async function answerOf(incoming: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(Buffer.from(piece));
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    text: Buffer.concat(pieces).toString(),
  };
}
