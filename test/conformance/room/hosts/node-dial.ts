import { WebSocket } from "ws";
import type { Provider } from "../../../../party/provider.ts";
import type { DialListener, DialRequest, UpstreamSocket } from "../../../../party/room/ports.ts";

/**
 * Opens a room's socket to the provider in Node, as `dialProvider` does in workerd.
 *
 * @param alive holds the socket for as long as it is one: whoever terminates it, the listener hears of it
 */
export function dialInNode(
  { baseUrl, apiKey }: Provider,
  { path }: DialRequest,
  listener: DialListener,
  alive: Set<WebSocket>,
): UpstreamSocket {
  const socket = new WebSocket(`${baseUrl.replace(/^http/, "ws")}${path}`, {
    headers: { authorization: `Token ${apiKey}` },
    perMessageDeflate: false,
  });
  alive.add(socket);
  let stage: "dialling" | "open" | "over" = "dialling";
  const refuse = (status: number, detail: string): void => {
    if (stage !== "dialling") return;
    stage = "over";
    listener.refused(status, detail);
  };
  socket.on("open", () => {
    if (stage !== "dialling") return;
    stage = "open";
    listener.opened();
  });
  socket.on("unexpected-response", (request, response) => {
    refuse(response.statusCode ?? 0, String(response.headers["dg-error"] ?? ""));
    request.destroy();
  });
  socket.on("message", (data, isBinary) => {
    if (stage === "open" && !isBinary) listener.message(String(data));
  });
  // What it is about is told by the close, or by the upgrade's not having come.
  socket.on("error", () => refuse(0, "no connection"));
  socket.on("close", (code, reason) => {
    alive.delete(socket);
    if (stage === "open") {
      stage = "over";
      listener.closed(code, String(reason));
    } else refuse(0, "no connection");
  });
  return {
    send: (data) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    abandon: (gone) => {
      const wasOpen = stage === "open";
      stage = "over";
      if (gone !== undefined) socket.once("close", gone);
      if (wasOpen) socket.close(1000);
      else socket.terminate();
    },
  };
}
