import type { Connection } from "partyserver";
import type { MemberSocket } from "./room/ports.ts";

/**
 * A connection as the room knows it: it never throws.
 *
 * @param lastPingAt what the runtime says of the pings it answered for us
 */
export function memberSocket(connection: Connection, lastPingAt: () => Date | null): MemberSocket {
  const { id } = connection;
  return {
    id,
    lastPingAt: () => lastPingAt()?.getTime() ?? null,
    send: (text) => sendQuietly(connection, text),
    close: (code, reason) => closeQuietly(connection, code, reason),
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
