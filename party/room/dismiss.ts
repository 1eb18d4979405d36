import { type ErrorCode, errorFrame, errorTable } from "../../shared/errors.ts";
import type { MemberSocket } from "./ports.ts";

/** Tells a member why, then closes its socket with the code's own close code. `message` is public text. */
export function dismiss(
  socket: Pick<MemberSocket, "send" | "close">,
  code: ErrorCode,
  message?: string,
): void {
  socket.send(JSON.stringify(errorFrame(code, message)));
  socket.close(errorTable[code].close, code);
}
