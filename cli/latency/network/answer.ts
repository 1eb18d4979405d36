import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { WebSocket } from "ws";

type Request = { readonly url: URL; readonly headers: Readonly<Record<string, string>> };

/** The answer to a request for a WebSocket, whether it is one or not. */
export function upgrade(
  { url, headers }: Request,
  socket: Socket,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const link = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      createConnection: () => socket,
    });
    link.on("upgrade", resolve);
    link.on("unexpected-response", (_request, response) => resolve(response));
    // Also when it is closed before it was opened, which is how each of these ends.
    link.on("error", reject);
    signal.addEventListener("abort", () => link.terminate(), { once: true });
  });
}

/** The head of the answer to a plain request. */
export async function get(
  { url, headers }: Request,
  socket: Socket,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const asked = request({
    method: "GET",
    host: url.hostname,
    path: `${url.pathname}${url.search}`,
    // `host` alone would be without the port.
    headers: { host: url.host, connection: "close", ...headers },
    createConnection: () => socket,
    signal,
  });
  // The socket is destroyed with the answer unread.
  asked.on("error", () => {});
  asked.end();
  const [response] = await once(asked, "response", { signal });
  return response;
}
