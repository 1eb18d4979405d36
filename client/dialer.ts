import { type Position, positionText } from "../shared/position.ts";
import { bearerSubprotocolPrefix, subprotocol } from "../shared/protocol.ts";
import type { Ports, WebSocketLike } from "./ports.ts";
import type { Ending } from "./verdict.ts";

/** How frames travel: a WebSocket, or server-sent events where something on the way blocks WebSockets. */
export type Transport = "websocket" | "events";

/** Makes one connection. Throws for an address or a token that can never be sent. */
export type Dial = (bearer: string | null) => WebSocketLike;

/** Whom a connection asks for its next socket, and tells how the last one ended. */
export type Dialer = {
  readonly transport: Transport;
  dial: Dial;
  /** @param hadFrame whether the room's first frame had come */
  ended(ending: Ending, hadFrame: boolean): void;
};

export function dialSocket(ports: Ports, address: () => string): Dial {
  return (bearer) => {
    const protocols = bearer === null ? [subprotocol] : [subprotocol, bearerSubprotocolPrefix + bearer];
    return ports.openSocket(address(), protocols);
  };
}

export function dialEvents(ports: Ports, address: () => string, position: () => Position | null): Dial {
  return (bearer) => {
    const held = position();
    return ports.openEvents(address(), {
      ...bearerHeader(bearer),
      ...(held === null ? {} : { "last-event-id": positionText(held) }),
    });
  };
}

export function bearerHeader(bearer: string | null): Readonly<Record<string, string>> {
  return bearer === null ? {} : { authorization: `Bearer ${bearer}` };
}

export function socketDialer(dial: Dial): Dialer {
  return { transport: "websocket", dial, ended() {} };
}

/** Tries WebSockets, and events where those do not get through; see `nextChoice`. */
export function fallbackDialer(dials: Readonly<Record<Transport, Dial>>): Dialer {
  let choice = firstChoice;
  return {
    get transport() {
      return choice.transport;
    },
    dial: (bearer) => dials[choice.transport](bearer),
    ended(ending, hadFrame) {
      choice = nextChoice(choice, ending, hadFrame);
    },
  };
}

export type Choice = {
  readonly transport: Transport;
  /** WebSockets in a row that nobody answered. */
  readonly unanswered: number;
};

export const firstChoice: Choice = { transport: "websocket", unanswered: 0 };

/** So many WebSockets that nobody answers are no accident any more. */
const unansweredMax = 3;
const oneMoreTry: Choice = { transport: "websocket", unanswered: unansweredMax - 1 };

/**
 * What to try after an attempt has ended.
 *
 * A refusal is an answer: it says that the way is free. Where events work they are kept through losses; when the
 * service itself ends the stream, one WebSocket finds out whether the way has become free.
 */
export function nextChoice(choice: Choice, ending: Ending, hadFrame: boolean): Choice {
  switch (choice.transport) {
    case "websocket": {
      if (hadFrame || isAnswer(ending)) return firstChoice;
      const unanswered = choice.unanswered + 1;
      return unanswered < unansweredMax
        ? { transport: "websocket", unanswered }
        : { transport: "events", unanswered: 0 };
    }
    case "events":
      if (isAnswer(ending)) return oneMoreTry;
      if (!hadFrame) return firstChoice;
      return ending.kind === "close" && ending.code === 1000 ? oneMoreTry : choice;
  }
}

/** Whether the room, or the service before it, said something. */
function isAnswer(ending: Ending): boolean {
  return ending.kind === "error" || (ending.kind === "close" && ending.code >= 4000);
}
