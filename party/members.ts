import type { Connection } from "partyserver";
import type { MemberSocket } from "./room/ports.ts";

type MemberHooks = {
  /** What the runtime says of the pings it answered for us. */
  lastPingAt(): Date | null;
  /** The room closes it. */
  closing(): void;
};

/** A connection as the room knows it: it never throws. */
export function memberSocket(connection: Connection, { lastPingAt, closing }: MemberHooks): MemberSocket {
  const { id } = connection;
  return {
    id,
    lastPingAt: () => lastPingAt()?.getTime() ?? null,
    send: (text) => sendQuietly(connection, text),
    close: (code, reason) => {
      closing();
      closeQuietly(connection, code, reason);
    },
  };
}

function sendQuietly(connection: Connection, text: string): void {
  try {
    connection.send(text);
  } catch {
    // send() throws on a socket that is closing; its close event takes the member out of the room.
  }
}

function closeQuietly(connection: Connection, code: number, reason: string): void {
  try {
    connection.close(code, reason);
  } catch {
    // Already closed: what was wanted.
  }
}
