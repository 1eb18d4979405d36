import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import * as v from "valibot";
import { expect } from "vitest";
import type { Scope, TokenRequest } from "../../../shared/claims.ts";
import type { ErrorCode } from "../../../shared/errors.ts";
import {
  type PublisherFrame,
  PublisherFrameSchema,
  RoomDescriptionSchema,
  type ViewerFrame,
  ViewerFrameSchema,
} from "../../../shared/protocol.ts";
import { readProtocol } from "./document.ts";
import { EventReader } from "./event-reader.ts";
import { type Closed, Link } from "./link.ts";
import { Mirror } from "./mirror.ts";
import { Speaker, start } from "./speaker.ts";
import type { Target } from "./target.ts";

export type Ask = {
  readonly method?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown;
};

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  json(): unknown;
};

/** As PROTOCOL.md has them, whatever the code at hand may have. */
const documented = new Map(readProtocol().errors.map((error) => [error.code, error]));

function documentedError(code: ErrorCode) {
  const error = documented.get(code);
  if (error === undefined) throw new Error(`PROTOCOL.md knows no error ${code}.`);
  const [after = null] = /\d+/.exec(error.back) ?? [];
  return { ...error, retry: error.back !== "no", retryAfter: after };
}

/** How a socket is asked for. */
export type Come = {
  readonly room?: string;
  /** `null`: nothing is shown. */
  readonly token?: string | null;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
};

/** A viewer's socket and what the viewer makes of it. */
export type Viewer = { readonly link: Link<ViewerFrame>; readonly mirror: Mirror };

/** A room in which somebody has spoken and finished. */
export type Captioned = {
  readonly world: World;
  readonly audio: Uint8Array;
  readonly session: string;
  readonly version: number;
};

/** What the tests of one target share; see `library.ts`. */
export type Shared = {
  /** Speech: one sentence and a pause. */
  sentence(): Promise<Uint8Array>;
  /** Two sentences with a pause between them: at least two finals. */
  sentences(): Promise<Uint8Array>;
  /** Two sentences were spoken in it. To be read and not changed. */
  captioned(): Promise<Captioned>;
};

/** Of a socket, what tells how it ended. */
type Ended = {
  readonly frames: readonly { readonly type: string }[];
  closed(ms?: number): Promise<Closed>;
};

type Position = { readonly epoch: string; readonly version: number };

/** What the test of one rule has: a room of its own on the target, and all it takes to come to it. */
export class World {
  readonly target: Target;
  /** Nobody else's. It comes to be with its first member. */
  readonly room: string;
  readonly library: Shared;
  /** Errors that were provoked and found to be as the table says. */
  readonly provoked = new Set<ErrorCode>();
  readonly #ends: (() => void)[] = [];
  /** Rooms that there may be now, all of them the test's own. */
  readonly #rooms = new Set<string>();
  readonly #links: { cut(): void; check(): void }[] = [];

  constructor(target: Target, library: Shared) {
    this.target = target;
    this.library = library;
    this.room = `conformance-${randomUUID().slice(0, 13)}`;
  }

  // ── tokens and requests ───────────────────────────────────────────────────────────────────────────────────────────

  token(scopes: Scope | readonly Scope[], more: Partial<TokenRequest> = {}): Promise<string> {
    return this.target.token({ scopes: [scopes].flat(), room: this.room, ttl: 600, ...more });
  }

  async ask(path: string, { method = "GET", token, headers = {}, body }: Ask = {}): Promise<Answer> {
    if (method === "PUT") this.#note(path.split("/")[3]);
    const response = await fetch(`${this.target.url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
  }

  /** Something of the room's own, by a path behind `/v1/rooms/{room}`. */
  async askRoom(path: string, scopes: Scope | readonly Scope[], ask: Ask = {}): Promise<Answer> {
    return this.ask(`/v1/rooms/${this.room}${path}`, { token: await this.token(scopes), ...ask });
  }

  /** The transcript as `GET …/captions` tells it. */
  async captions(): Promise<Extract<ViewerFrame, { type: "snapshot" }>> {
    const answer = await this.askRoom("/captions", "captions:view");
    const frame = v.parse(ViewerFrameSchema, answer.json());
    if (frame.type !== "snapshot") throw new Error(`No snapshot, but ${answer.text.slice(0, 300)}`);
    return frame;
  }

  // ── members ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A socket of a viewer, refused or not. */
  async knock(come: Come = {}, taken: (frame: ViewerFrame) => void = () => {}): Promise<Link<ViewerFrame>> {
    const { url, protocols, headers } = await this.#address(come, "captions:view");
    return this.#keep(await Link.open(url, protocols, headers, ViewerFrameSchema, taken));
  }

  /** A socket of a publisher, refused or not. */
  async knockAsPublisher(come: Come = {}): Promise<Link<PublisherFrame>> {
    const query = { role: "publisher", ...come.query };
    const { url, protocols, headers } = await this.#address({ ...come, query }, "captions:publish");
    return this.#keep(await Link.open(url, protocols, headers, PublisherFrameSchema));
  }

  /** A viewer with its first frame. */
  async watch(come: Come = {}): Promise<Viewer> {
    const mirror = new Mirror();
    const link = await this.knock(come, (frame) => mirror.take(frame));
    await link.until("a first frame", () => link.frames.length > 0);
    return { link, mirror };
  }

  /** A viewer that was here before, up to this position. */
  back({ epoch, version }: Position, come: Come = {}): Promise<Viewer> {
    return this.watch({ ...come, query: { epoch, version, ...come.query } });
  }

  /** A publisher in its session. */
  async speak(more: object = {}, come: Come = {}): Promise<Speaker> {
    return Speaker.begin(await this.knockAsPublisher(come), this.target.pace, more);
  }

  async events(
    path = `/v1/rooms/${this.room}/events`,
    { token, headers = {} }: Ask = {},
  ): Promise<EventReader> {
    const left = new AbortController();
    this.#note(path.split("/")[3]);
    const credential = token ?? (await this.token("captions:view"));
    const response = await fetch(`${this.target.url}${path}`, {
      headers: { authorization: `Bearer ${credential}`, ...headers },
      signal: left.signal,
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    const reader = new EventReader(response, () => left.abort());
    this.#ends.push(() => reader.close());
    await reader.until("a first event", () => reader.events.length > 0);
    return reader;
  }

  // ── what becomes of it ────────────────────────────────────────────────────────────────────────────────────────────

  /** The socket was told an error and closed, all as the table says. */
  async refused(link: Ended, code: ErrorCode, ms?: number): Promise<void> {
    const closed = await link.closed(ms);
    const { close, retry } = documentedError(code);
    expect(link.frames.at(-1)).toMatchObject({
      type: "error",
      code,
      retry,
      message: expect.stringMatching(/\S/),
    });
    expect(closed).toEqual({ code: close, reason: code });
    this.provoked.add(code);
  }

  /** The request was refused, all as the table says. */
  refusedByHttp(answer: Answer, code: ErrorCode): void {
    const { status, retry, retryAfter } = documentedError(code);
    expect(answer.json()).toMatchObject({ code, retry, message: expect.stringMatching(/\S/) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("retry-after")).toBe(retryAfter);
    this.provoked.add(code);
  }

  /** Ends what the test has left open. Throws when a frame was wrong that nobody waited for. */
  async close(): Promise<void> {
    for (const end of this.#ends) end();
    for (const link of this.#links) link.cut();
    await Promise.all([...this.#rooms].map((room) => this.#tidy(room).catch(() => {})));
    for (const link of this.#links) link.check();
  }

  /**
   * A room is forgotten at once when it is deleted with nobody in it and without settings; else it is listed for a day, and
   * one whose publisher is away keeps its provider for a while.
   */
  async #tidy(room: string): Promise<void> {
    const token = await this.token(["rooms:admin", "captions:publish"], { room });
    const path = `/v1/rooms/${room}`;
    // It takes a moment until a connection's end is noticed.
    for (let tries = 0; tries < 4; tries += 1) {
      const answer = await this.ask(path, { token });
      if (answer.status !== 200) return;
      const { state } = v.parse(RoomDescriptionSchema, answer.json());
      if (state !== "idle" && state !== "ended") await this.#endSession(room, token);
      await this.ask(path, { method: "PUT", body: {}, token });
      await this.ask(path, { method: "DELETE", token });
      await wait(200 * tries);
    }
  }

  /** Whoever has gone without a word is relieved by one who says that it has finished. */
  async #endSession(room: string, token: string): Promise<void> {
    const link = await this.knockAsPublisher({ room, token, query: { takeover: 1 } });
    link.send(start);
    link.send({ type: "finish" });
    await link.closed();
  }

  async #address(come: Come, scope: Scope) {
    const { room = this.room, query = {}, headers = {} } = come;
    this.#note(room);
    const url = new URL(`/parties/captions/${room}`, this.target.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    const token = come.token === undefined ? await this.token(scope) : come.token;
    const bearer = token === null ? [] : [`bearer.${token}`];
    return { url, headers, protocols: come.protocols ?? ["captionwire.1", ...bearer] };
  }

  #note(room: string | undefined): void {
    if (room?.startsWith(this.room)) this.#rooms.add(room);
  }

  #keep<Frame extends { readonly type: string }>(link: Link<Frame>): Link<Frame> {
    this.#links.push(link);
    return link;
  }
}
