import { WebSocket } from "ws";
import { type ErrorCode, errorTable } from "../../shared/errors.ts";
import { bearerSubprotocolPrefix, type Role, subprotocol } from "../../shared/protocol.ts";
import { eventually, within } from "../../testing/wait.ts";
import type { Asked, Attacked } from "./attacked.ts";

export type Knock = {
  readonly role?: Role;
  readonly token?: string;
  readonly ticket?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A socket to a room, with any header and any address. */
export type Visitor = {
  readonly frames: readonly Record<string, unknown>[];
  of(type: string): Record<string, unknown>[];
  frame(type: string): Promise<Record<string, unknown>>;
  send(data: string | Uint8Array): void;
  /** The room has closed it. */
  closed(): Promise<number>;
  /** So has the server the connection below. */
  letGo(): Promise<number>;
  /** `null` while it is open. */
  readonly closeCode: number | null;
  /** Whether the first frame was the room's own, and no refusal. */
  isIn(): Promise<boolean>;
  close(): void;
};

export async function knock(url: string, room: string, options: Knock = {}): Promise<Visitor> {
  const { role = "viewer", token, ticket, query, headers } = options;
  const address = new URL(`/parties/captions/${room}`, url);
  address.protocol = "ws:";
  address.search = new URLSearchParams({
    role,
    ...(ticket === undefined ? {} : { ticket }),
    ...query,
  }).toString();
  const protocols = [subprotocol, ...(token === undefined ? [] : [bearerSubprotocolPrefix + token])];
  const socket = new WebSocket(address, protocols, { headers: { ...headers } });
  const frames: Record<string, unknown>[] = [];
  let closeCode: number | null = null;
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  socket.on("open", () => opened.resolve());
  socket.on("message", (data) => {
    const text = String(data);
    if (text !== "pong") frames.push(JSON.parse(text));
  });
  socket.on("close", (code) => {
    closeCode = code;
    ended.resolve(code);
  });
  socket.on("error", opened.reject);
  await within(`the ${role}'s socket opens`, opened.promise);
  const of = (type: string) => frames.filter((frame) => frame.type === type);
  return {
    frames,
    of,
    async frame(type) {
      const [found] = await eventually(
        `a frame of type ${type}`,
        () => of(type),
        ({ length }) => length > 0,
      );
      if (found === undefined) throw new Error("unreachable");
      return found;
    },
    send: (data) => socket.send(data),
    async closed() {
      await eventually(
        `the ${role}'s socket is closed by the room`,
        () => socket.readyState,
        (state) => state !== WebSocket.OPEN,
        20_000,
      );
      // Its code is told when the connection has ended, which whoever was sent away need not wait for.
      socket.terminate();
      return ended.promise;
    },
    letGo: () => within(`the ${role}'s connection ends`, ended.promise, 5_000),
    get closeCode() {
      return closeCode;
    },
    async isIn() {
      await eventually(
        "a first frame",
        () => frames.length,
        (count) => count > 0,
      );
      return frames[0]?.type !== "error";
    },
    close: () => socket.close(),
  };
}

/** `null` when somebody was let in; else the code told, `code ≠ close` when the socket was not closed by that code's rule. */
export async function refusalOf(visitor: Visitor): Promise<string | null> {
  if (await visitor.isIn()) {
    visitor.close();
    return null;
  }
  const code = String(visitor.frames[0]?.code);
  const closed = await visitor.closed();
  const rule = Object.entries(errorTable).find(([name]) => name === code)?.[1];
  return rule?.close === closed && visitor.frames.length === 1 ? code : `${code} ≠ ${closed}`;
}

/** Deepgram's words for what its clients know; see workers/speak/refused.ts. */
const deepgramWords: Partial<Record<ErrorCode, string>> = {
  unauthenticated: "INVALID_AUTH",
  token_invalid: "INVALID_AUTH",
  token_expired: "INVALID_AUTH",
  token_revoked: "INVALID_AUTH",
  scope_missing: "INSUFFICIENT_PERMISSIONS",
  rate_limited: "TOO_MANY_REQUESTS",
};

/** How a refusal reads where errors are in Deepgram's shapes. */
export function inDeepgramsWords(code: ErrorCode): string {
  return deepgramWords[code] ?? code.toUpperCase();
}

export type Door = {
  readonly name: string;
  /** Answers are in Deepgram's shapes. */
  readonly isDeepgrams?: true;
  open(
    attacked: Attacked,
    room: string,
    token: string,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Asked>;
};

const http = (method: string, path: (room: string) => string, body?: unknown): Door["open"] => {
  return (attacked, room, token, headers) =>
    attacked.ask(path(room), { method, credential: token, ...(headers && { headers }), body });
};

export const speakPath =
  "/v1/speak?model=aura-2-thalia-en&encoding=linear16&container=none&sample_rate=24000";

/** A way in by HTTP for each route that takes a token. */
export const httpDoors: readonly Door[] = [
  { name: "GET captions", open: http("GET", (room) => `/v1/rooms/${room}/captions`) },
  { name: "GET captions.vtt", open: http("GET", (room) => `/v1/rooms/${room}/captions.vtt`) },
  { name: "GET captions.srt", open: http("GET", (room) => `/v1/rooms/${room}/captions.srt`) },
  { name: "GET captions.txt", open: http("GET", (room) => `/v1/rooms/${room}/captions.txt`) },
  { name: "GET captions.json", open: http("GET", (room) => `/v1/rooms/${room}/captions.json`) },
  { name: "GET events", open: http("GET", (room) => `/v1/rooms/${room}/events`) },
  { name: "GET stats", open: http("GET", (room) => `/v1/rooms/${room}/stats`) },
  { name: "GET stats events", open: http("GET", (room) => `/v1/rooms/${room}/stats/events`) },
  { name: "GET reports", open: http("GET", (room) => `/v1/rooms/${room}/reports`) },
  { name: "GET report", open: http("GET", (room) => `/v1/rooms/${room}/reports/none-such`) },
  { name: "GET report.html", open: http("GET", (room) => `/v1/rooms/${room}/reports/none-such.html`) },
  { name: "GET room", open: http("GET", (room) => `/v1/rooms/${room}`) },
  { name: "PUT room", open: http("PUT", (room) => `/v1/rooms/${room}`, { language: "de" }) },
  { name: "DELETE room", open: http("DELETE", (room) => `/v1/rooms/${room}`) },
  {
    name: "PATCH caption",
    open: http("PATCH", (room) => `/v1/rooms/${room}/captions/none-such`, { text: "Changed." }),
  },
  { name: "POST speak", isDeepgrams: true, open: http("POST", () => speakPath, { text: "Say it." }) },
  {
    name: "GET speak report",
    isDeepgrams: true,
    open: http("GET", () => "/v1/speak/00000000-0000-4000-8000-000000000000"),
  },
  { name: "POST provider grant", isDeepgrams: true, open: http("POST", () => "/v1/provider/grant", {}) },
];

/** What each door says to this token, by the door's name; `null` where it lets it in. */
export async function tryDoors(
  attacked: Attacked,
  room: string,
  token: string,
  headers?: Readonly<Record<string, string>>,
): Promise<Record<string, string | null>> {
  const byHttp = httpDoors.map(async ({ name, isDeepgrams, open }): Promise<[string, string | null]> => {
    const { status, code } = await open(attacked, room, token, headers);
    return [name, told(status, code, isDeepgrams === true)];
  });
  const bySocket = (["viewer", "publisher"] as const).map(async (role): Promise<[string, string | null]> => {
    const visitor = await knock(attacked.url, room, { role, token, ...(headers && { headers }) });
    return [
      `${role}'s socket`,
      role === "viewer" ? await refusalOf(visitor) : await publisherRefusal(visitor),
    ];
  });
  return Object.fromEntries(await Promise.all([...byHttp, ...bySocket]));
}

/** A publisher that is let in hears nothing until it starts. */
export async function publisherRefusal(visitor: Visitor): Promise<string | null> {
  visitor.send(JSON.stringify({ type: "mark", position: 0, sentAt: 0 }));
  const refusal = await refusalOf(visitor);
  return refusal === "not_started" ? null : refusal;
}

/** What every door answers, if it is the same. */
export function everyDoor(code: ErrorCode): Record<string, string> {
  const byHttp = httpDoors.map(({ name }): [string, string] => [name, code]);
  return Object.fromEntries([...byHttp, ["viewer's socket", code], ["publisher's socket", code]]);
}

/** Deepgram's words are several codes' at once: the one that fits the status and was meant stands for them. */
function told(status: number, code: string | null, isDeepgrams: boolean): string | null {
  if (status < 400 || code === "not_found" || code === "NOT_FOUND") return null;
  return isDeepgrams ? `${status} ${code}` : status === statusOf(code) ? code : `${code} ≠ ${status}`;
}

function statusOf(code: string | null): number | null {
  return Object.entries(errorTable).find(([name]) => name === code)?.[1].status ?? null;
}

/** `everyDoor`, with Deepgram's words where they are spoken. */
export function refusedEverywhere(code: ErrorCode): Record<string, string> {
  const words = `${errorTable[code].status} ${inDeepgramsWords(code)}`;
  const deepgrams = httpDoors.filter(({ isDeepgrams }) => isDeepgrams).map(({ name }) => [name, words]);
  return { ...everyDoor(code), ...Object.fromEntries(deepgrams) };
}
