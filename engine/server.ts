import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { PROCESSING_LIMIT_MS } from "./batch/route.ts";
import type { Ears } from "./ears.ts";
import { createRouter } from "./routes.ts";
import type { SpeakQuestion } from "./speak/questions.ts";
import { createSocketCount } from "./stats.ts";
import { acceptSockets } from "./upgrade.ts";
import { createDoor } from "./wire/door.ts";
import { errorBody, internalError, type WireError } from "./wire/errors.ts";
import { createGrants } from "./wire/grants.ts";
import { EXPOSED_HEADERS, headerText } from "./wire/headers.ts";

export type EngineServerOptions = {
  ears: Ears;
  synthesise(question: SpeakQuestion): Promise<Float32Array>;
  /** The only key that is let in, or `null` to let in any credential. */
  apiKey: string | null;
  /** Live sockets at once, or `null` for any number. */
  concurrency: number | null;
  /** Live audio is read at most this many times as fast as it was spoken, or `null` for as fast as it comes. */
  speedCap: number | null;
};

export type EngineServer = {
  /** Resolves to the port in use. Rejects when it is taken. */
  listen(port: number, host: string): Promise<number>;
  close(): Promise<void>;
};

/** The engine's HTTP host: routes in, answers out. What is said and heard is decided elsewhere. */
export function createEngineServer(options: EngineServerOptions): EngineServer {
  const { ears, synthesise, apiKey, concurrency, speedCap } = options;
  const sockets = createSocketCount();
  const grants = createGrants();
  const door = createDoor(apiKey, grants);
  const route = createRouter({
    ears,
    synthesise,
    door,
    grants,
    stats: () => ({
      ...sockets.counts(),
      lag: {
        backlogMs: Math.round(sockets.largestBacklogSeconds() * 1000),
        waitingFinals: ears.scheduler.waitingFinals(),
        refusedInterims: ears.scheduler.refusedInterims(),
      },
    }),
  });
  const http = createServer((request, response) => {
    const requestId = randomUUID();
    response.setHeader("dg-request-id", requestId);
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
    const refuse = (error: WireError) => {
      if (response.headersSent) return void response.destroy();
      response.writeHead(error.status, {
        "content-type": "application/json",
        "dg-error": headerText(error.message),
      });
      response.end(errorBody(error, requestId));
      // What is still coming is read and dropped, so that the connection is good for the next request.
      request.resume();
    };
    route({ request, response, requestId, refuse }).catch(() => refuse(internalError()));
  });
  // A recording is taken in as slowly as it is worked on.
  http.requestTimeout = PROCESSING_LIMIT_MS;
  const websockets = acceptSockets(http, { ears, door, sockets, concurrency, speedCap });

  return {
    listen: (port, host) =>
      new Promise((resolve, reject) => {
        http.once("error", reject);
        http.listen(port, host, () => {
          const address = http.address();
          if (address === null || typeof address === "string") reject(new Error("no port"));
          else resolve(address.port);
        });
      }),
    async close() {
      for (const websocket of websockets.clients) websocket.close(1012, "The engine is shutting down.");
      http.close();
      http.closeAllConnections();
      for (const websocket of websockets.clients) websocket.terminate();
    },
  };
}
