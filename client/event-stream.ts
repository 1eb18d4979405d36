import { createParser } from "eventsource-parser";
import { pong } from "../shared/protocol.ts";
import type { FetchInit, WebSocketLike } from "./ports.ts";
import { readRefusal } from "./refusal.ts";

type Listeners = {
  open: (() => void)[];
  error: (() => void)[];
  message: ((event: { readonly data: unknown }) => void)[];
  close: ((event: { readonly code: number; readonly reason: string }) => void)[];
};

/**
 * A stream of server-sent events behind the interface of a socket that only listens. It is read with `fetch`, because
 * an `EventSource` cannot carry a token.
 *
 * Each event's data is a message, and so is a comment, as a `pong`: both say that the link lives. A refusal in our
 * error shape is the error frame a socket would have brought. Closes with 1000 when the service ended the stream, with
 * 1006 when it broke or something else answered. What is sent is dropped.
 *
 * It counts as open at once: unlike a WebSocket, a request may be given up before it is answered.
 */
export function openEventStream(
  fetchEvents: (init: FetchInit) => Promise<Response>,
  headers: Readonly<Record<string, string>>,
): WebSocketLike {
  const listeners: Listeners = { open: [], error: [], message: [], close: [] };
  const abort = new AbortController();

  function tell(data: string): void {
    for (const listener of listeners.message) listener({ data });
  }

  async function read(): Promise<number> {
    // Nobody is told anything before the caller holds what this function returns.
    await null;
    for (const listener of listeners.open) listener();
    const answer = await fetchEvents({
      headers: { accept: "text/event-stream", ...headers },
      signal: abort.signal,
    });
    if (!answer.ok) {
      const refusal = await readRefusal(answer);
      // A service without events, or an older one, which made no room for them: neither need stay so.
      const retry = refusal?.retry === true || answer.status === 404;
      if (refusal !== null) tell(JSON.stringify({ type: "error", ...refusal, retry }));
      return 1006;
    }
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
    if (!isStream || answer.body === null) return 1006;
    const parser = createParser({ onEvent: ({ data }) => tell(data), onComment: () => tell(pong) });
    const decoder = new TextDecoder();
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 1000;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  async function run(): Promise<void> {
    const code = await read().catch(() => 1006);
    abort.abort();
    for (const listener of listeners.close) listener({ code, reason: "" });
  }

  void run();

  return {
    bufferedAmount: 0,
    send() {},
    close() {
      abort.abort();
    },
    addEventListener<Type extends keyof Listeners>(type: Type, listener: Listeners[Type][number]) {
      const sameType: Listeners[Type][number][] = listeners[type];
      sameType.push(listener);
    },
  };
}
