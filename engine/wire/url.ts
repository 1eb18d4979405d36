import type { IncomingMessage } from "node:http";

export function urlOf(request: IncomingMessage): URL {
  return URL.parse(request.url ?? "/", "http://engine") ?? new URL("http://engine/");
}
