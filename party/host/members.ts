import type { Member } from "../callers.ts";
import type { Seat } from "./ground.ts";

/** A socket as partyserver and PartyKit hand it out: with an id, and with what was kept with it. */
type Connection = {
  readonly id: string;
  readonly state: Member | null;
  setState(member: Member): unknown;
  send(text: string): void;
  close(code: number, reason: string): void;
};

type SeatHooks = {
  /** When the platform, or its host, last answered a ping of this member. */
  lastPingAt(): number | null;
  /** The room closes it. */
  closing(): void;
};

/** A connection as the room knows it: sending and closing never throw. */
export function seatOf(connection: Connection, { lastPingAt, closing }: SeatHooks): Seat {
  const { id } = connection;
  return {
    id,
    lastPingAt,
    get member() {
      return connection.state;
    },
    remember: (member) => {
      connection.setState(member);
    },
    send: (text) => sendQuietly(connection, text),
    close: (code, reason) => {
      closing();
      closeQuietly(connection, code, reason);
    },
  };
}

/** `WebSocket.OPEN`; the runtimes differ in its name. */
const openState = 1;

/** One that is closing is among PartyKit's until the other end has answered, and nobody's any more. */
export function isOpen({ readyState }: { readonly readyState: number }): boolean {
  return readyState === openState;
}

function sendQuietly(connection: Connection, text: string): void {
  try {
    connection.send(text);
  } catch {
    // send() throws on a socket that is closing; its close event takes the member out of the room.
  }
}

export function closeQuietly(connection: Pick<Connection, "close">, code: number, reason: string): void {
  try {
    connection.close(code, reason);
  } catch {
    // Already closed: what was wanted.
  }
}
