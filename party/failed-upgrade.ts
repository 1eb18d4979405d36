import { errorFrame, errorTable } from "../shared/errors.ts";

/** partyserver put the stack of its error into this socket: it is dropped unread, and the client told as much as it may know. */
export function failedUpgrade(leaking: WebSocket): Response {
  leaking.accept();
  leaking.close(1000);
  const pair = new WebSocketPair();
  pair[1].accept();
  pair[1].send(JSON.stringify(errorFrame("internal")));
  pair[1].close(errorTable.internal.close, "internal");
  return new Response(null, { status: 101, webSocket: pair[0] });
}
