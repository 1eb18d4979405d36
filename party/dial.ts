import type { Provider } from "./provider.ts";
import type { DialListener, DialRequest, UpstreamSocket } from "./room/ports.ts";

/** Reasons and refusals are for the operator's log: enough to recognise them, never a whole body. */
const detailMaxChars = 300;

/**
 * Opens the room's socket to the provider.
 *
 * By `fetch` with an upgrade and not by `new WebSocket`: only so can headers carry the key, and only so are the status,
 * `dg-error` and body of a refused upgrade readable.
 */
export function dialProvider(
  provider: Provider,
  request: DialRequest,
  listener: DialListener,
): UpstreamSocket {
  let socket: WebSocket | null = null;
  let abandoned = false;
  const attempt = new AbortController();
  const abandon = (gone?: () => void) => {
    abandoned = true;
    if (socket === null) {
      // An upgrade that is still waited for would be a second socket, and counts against the platform's limit of six.
      attempt.abort();
      gone?.();
      return;
    }
    if (gone !== undefined) socket.addEventListener("close", gone);
    socket.close(1000);
    socket = null;
  };
  const open = async () => {
    const response = await fetch(`${provider.baseUrl}${request.path}`, {
      headers: { upgrade: "websocket", authorization: `Token ${provider.apiKey}` },
      // The key goes nowhere else.
      redirect: "manual",
      signal: attempt.signal,
    });
    const opened = response.webSocket;
    if (opened === null) {
      const detail = response.headers.get("dg-error") ?? "";
      await response.body?.cancel();
      if (!abandoned) listener.refused(response.status, detail.slice(0, detailMaxChars));
      return;
    }
    // From compatibility date 2026-03-17 frames would arrive as Blob otherwise; to be set before accept().
    opened.binaryType = "arraybuffer";
    opened.addEventListener("message", ({ data }) => {
      if (!abandoned && typeof data === "string") listener.message(data);
    });
    let over = false;
    const close = (code: number, reason: string) => {
      if (abandoned || over) return;
      over = true;
      socket = null;
      listener.closed(code, reason.slice(0, detailMaxChars));
    };
    opened.addEventListener("close", ({ code, reason }) => close(code, reason));
    opened.addEventListener("error", () => close(1006, ""));
    opened.accept();
    if (abandoned) {
      opened.close(1000);
      return;
    }
    socket = opened;
    listener.opened();
  };
  open().catch(() => {
    if (!abandoned) listener.refused(0, "no connection");
  });
  return {
    send: (data) => {
      try {
        socket?.send(data);
      } catch {
        // send() throws once the peer is gone; the close event, which follows, tells the room.
      }
    },
    abandon,
  };
}
