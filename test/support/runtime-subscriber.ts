import {
  type Captions,
  type FetchInit,
  type Subscription,
  subscribe,
  type TokenSource,
  type WebSocketLike,
} from "../../client/index.ts";
import { request } from "./runtime-client.ts";
import { Waiting } from "./runtime-wait.ts";

/** What lies between a client and the Worker, for a test to step in. By default everything passes at once. */
export type Way = {
  /** Before the Worker hears a request. */
  asking(): Promise<void>;
  /** After the Worker has answered, before the client hears of it. */
  answered(): Promise<void>;
  /** The room's frames wait for it. */
  frames: Promise<void>;
};

export type Subscriber = {
  readonly subscription: Subscription;
  readonly way: Way;
  /** Every address that was asked, in order. */
  readonly asked: readonly URL[];
  until(what: string, holds: (captions: Captions) => boolean): Promise<Captions>;
};

/**
 * The client as an app runs it, with the Worker under test for its network; resolves with the room's first frame.
 *
 * @param now its clock
 */
export async function subscriberOf(
  room: string,
  token: TokenSource,
  now: () => number = Date.now,
): Promise<Subscriber> {
  const way = freeWay();
  const asked: URL[] = [];
  const waiting = new Waiting(() => JSON.stringify([subscription.link, subscription.captions.position]));

  async function ask(url: string, { headers, signal }: FetchInit): Promise<Response> {
    asked.push(new URL(url));
    await way.asking();
    const { pathname, search } = new URL(url);
    const answer = await request(pathname + search, { headers, signal });
    const body = await answer.text();
    await way.answered();
    return new Response(body, answer);
  }

  const subscription = subscribe({
    url: "http://captionwire.test",
    room,
    token,
    onChange: () => waiting.wake(),
    ports: { now, fetch: ask, openSocket: (url, protocols) => openSocket(url, protocols, way) },
  });
  const until: Subscriber["until"] = (what, holds) =>
    waiting.for(what, () => (holds(subscription.captions) ? subscription.captions : undefined));
  await until("a first frame", ({ position }) => position !== null);
  return { subscription, way, asked, until };
}

type Listeners = {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { readonly data: unknown }) => void)[];
  close: ((event: { readonly code: number; readonly reason: string }) => void)[];
};

function freeWay(): Way {
  return { async asking() {}, async answered() {}, frames: Promise.resolve() };
}

/** `new WebSocket` would look for the Worker in the network. */
export function openSocket(url: string, protocols: readonly string[], way = freeWay()): WebSocketLike {
  const listeners: Listeners = { open: [], error: [], message: [], close: [] };
  let socket: WebSocket | null = null;
  /** What came, in order, each told once the way is free. */
  let told = Promise.resolve();

  function tell(run: () => void): void {
    told = told.then(() => way.frames).then(run);
  }

  async function open(): Promise<void> {
    const { pathname, search } = new URL(url);
    const answer = await request(pathname + search, {
      headers: { upgrade: "websocket", "sec-websocket-protocol": protocols.join(", ") },
    });
    const opened = answer.webSocket;
    if (opened === null) throw new Error(`no WebSocket: ${answer.status}`);
    opened.addEventListener("message", ({ data }) =>
      tell(() => {
        for (const listener of listeners.message) listener({ data });
      }),
    );
    opened.addEventListener("close", ({ code, reason }) =>
      tell(() => {
        for (const listener of listeners.close) listener({ code, reason });
      }),
    );
    socket = opened;
    // Whoever hears that it is open may send at once; what came is told in a later turn.
    opened.accept();
    for (const listener of listeners.open) listener();
  }

  open().catch(() => {
    for (const listener of listeners.close) listener({ code: 1006, reason: "" });
  });

  return {
    bufferedAmount: 0,
    send: (data) => socket?.send(data),
    close: (code, reason) => socket?.close(code, reason),
    addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type][number]) {
      const sameType: Listeners[Type][number][] = listeners[type];
      sameType.push(listener);
    },
  };
}
