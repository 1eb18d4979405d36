import { once } from "node:events";
import { createServer } from "node:http";
import { localUrl } from "../../testing/local-url.ts";

const emptyPage = "<!doctype html><title>An app</title>";

/**
 * An app's own page on another port of this machine: an origin of its own. `answers` has, by path, what it serves besides: HTML,
 * or JSON made anew for each request.
 */
export async function startElsewhere(
  answers: Readonly<Record<string, string | (() => Promise<unknown>)>> = {},
): Promise<{ readonly origin: string; close(): Promise<void> }> {
  const server = createServer(async ({ url = "/" }, response) => {
    const answer = answers[url] ?? emptyPage;
    if (typeof answer === "string") {
      response.writeHead(200, { "content-type": "text/html" }).end(answer);
    } else {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(await answer()));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: localUrl(server),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
