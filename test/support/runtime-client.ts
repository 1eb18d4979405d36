import { exports } from "cloudflare:workers";
import { SignJWT } from "jose";
import * as v from "valibot";
import { keyIdOf } from "../../party/tokens/signature.ts";
import { requireDescribed } from "./runtime-described.ts";
import { Waiting } from "./runtime-wait.ts";

/** Talks to the Worker from inside the runtime, as a stranger would from outside. */
export const apiKey = "api-key-of-the-tests";
export const tokenSecret = "token-secret-of-the-tests-which-is-long-enough";
const origin = "http://captionwire.test";

/** Throws when the answer is a refusal that the description does not know. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const answer = await exports.default.fetch(new Request(`${origin}${path}`, init));
  await requireDescribed(init.method ?? "GET", path, answer);
  return answer;
}

export function mint(body: unknown, authorization = `Bearer ${apiKey}`): Promise<Response> {
  return request("/v1/tokens", {
    method: "POST",
    headers: { authorization, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

const TokenSchema = v.object({ token: v.string(), expiresAt: v.number() });

export async function tokenFor(scopes: readonly string[], room?: string): Promise<string> {
  const response = await mint({ scopes, ...(room === undefined ? {} : { room }) });
  return v.parse(TokenSchema, await response.json()).token;
}

/** A token that differs from a good one in exactly what is given. */
export async function forge(changes: {
  readonly secret?: string;
  readonly claims?: Record<string, unknown>;
  readonly header?: Record<string, unknown>;
  readonly expiresInSeconds?: number;
}): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const kid = await keyIdOf(bytesOf(tokenSecret));
  return new SignJWT({
    iss: "captionwire",
    aud: "captionwire",
    sub: "tests",
    scope: "captions:view captions:publish speak",
    jti: "forged",
    iat: nowSeconds,
    nbf: nowSeconds,
    exp: nowSeconds + (changes.expiresInSeconds ?? 60),
    ...changes.claims,
  })
    .setProtectedHeader({ alg: "HS256", kid, ...changes.header })
    .sign(bytesOf(changes.secret ?? tokenSecret));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new TextEncoder().encode(text));
}

export type Frame = Readonly<Record<string, unknown>>;

/** A member of a room: keeps every frame and waits for those that matter. */
export class Member {
  readonly frames: Frame[] = [];
  readonly texts: string[] = [];
  readonly protocol: string | null;
  closed: { readonly code: number; readonly reason: string } | null = null;
  readonly #socket: WebSocket;
  readonly #waiting = new Waiting(() => JSON.stringify(this.frames.slice(-5)));

  private constructor(socket: WebSocket, protocol: string | null) {
    this.#socket = socket;
    this.protocol = protocol;
    socket.addEventListener("message", ({ data }) => {
      if (typeof data !== "string") return;
      this.texts.push(data);
      if (data.startsWith("{")) this.frames.push(JSON.parse(data));
      this.#waiting.wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#waiting.wake();
    });
    socket.accept();
  }

  static async join(
    room: string,
    token: string | null,
    query = "",
    protocols = token === null ? "captionwire.1" : `captionwire.1, bearer.${token}`,
  ): Promise<Member> {
    const response = await request(`/parties/captions/${room}${query}`, {
      headers: { upgrade: "websocket", "sec-websocket-protocol": protocols },
    });
    return Member.of(response);
  }

  static of(response: Response): Member {
    if (response.webSocket === null) throw new Error(`no WebSocket: ${response.status}`);
    return new Member(response.webSocket, response.headers.get("sec-websocket-protocol"));
  }

  send(message: object | string | Uint8Array): void {
    const data =
      typeof message === "string" || message instanceof Uint8Array ? message : JSON.stringify(message);
    this.#socket.send(data);
  }

  close(code = 1000): void {
    this.#socket.close(code);
  }

  /** The first frame that fits, sooner or later; says what came instead when it does not. */
  async until(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    return this.#waiting.for(what, () => this.frames.find(fits));
  }

  async end(): Promise<{ readonly code: number; readonly reason: string }> {
    return this.#waiting.for("the socket to close", () => this.closed ?? undefined);
  }

  async text(what: string): Promise<string> {
    return this.#waiting.for(`the text ${what}`, () => this.texts.find((text) => text === what));
  }
}

export const start = { type: "start", encoding: "linear16", sampleRate: 16000, channels: 1 };

export function seconds(count: number): Uint8Array {
  return new Uint8Array(count * 32_000);
}

/** Every text a viewer was shown as final, in its order. */
export function finals(member: Member): string[] {
  const Put = v.array(v.object({ id: v.string(), text: v.string() }));
  const byId = new Map<string, string>();
  for (const frame of member.frames) {
    const put = frame.type === "snapshot" ? frame.segments : frame.type === "delta" ? frame.put : [];
    for (const { id, text } of v.parse(Put, put)) byId.set(id, text);
  }
  return [...byId.values()];
}
