import { type CaptionwireError, errorFrame, errorTable } from "../shared/errors.ts";

/**
 * The answer in the place of an upgrade that partyserver has made already: the edge opens a socket by itself, tells why and
 * closes it. The one that was made is dropped unread; where partyserver failed, it holds the stack of its error.
 */
export function refusedUpgrade(made: WebSocket, error: CaptionwireError): Response {
  made.accept();
  made.close(1000);
  return refused(error);
}

/** An error frame with its code's status, as the edge reads it. */
export function refused({ code, message }: CaptionwireError): Response {
  return Response.json(errorFrame(code, message), { status: errorTable[code].status });
}
