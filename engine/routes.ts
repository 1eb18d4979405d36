import type { IncomingMessage, ServerResponse } from "node:http";
import { BATCH_PARAMETERS } from "./batch/query.ts";
import { createBatchHandler } from "./batch/route.ts";
import type { Ears } from "./ears.ts";
import { handleGrant } from "./grant/route.ts";
import { SPEAK_PARAMETERS } from "./speak/query.ts";
import type { SpeakQuestion } from "./speak/questions.ts";
import { handleSpeak } from "./speak/route.ts";
import { type Credential, readCredential } from "./wire/credentials.ts";
import type { Door } from "./wire/door.ts";
import { methodNotAllowed, notFound, upgradeRequired, type WireError } from "./wire/errors.ts";
import type { Grants } from "./wire/grants.ts";
import { type Query, readQuery, refuseUnknown } from "./wire/query.ts";
import { urlOf } from "./wire/url.ts";

/** One request, and how it is refused. */
export type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  refuse(error: WireError): void;
};

/** What is answered to `POST` once the names of the parameters and the credential have been checked, in this order. */
type Route = {
  parameters: ReadonlySet<string>;
  refuseStranger(credential: Credential | null): Promise<WireError | null>;
  answer(exchange: Exchange, query: Query): Promise<void>;
};

export type RouterOptions = {
  ears: Ears;
  synthesise(question: SpeakQuestion): Promise<Float32Array>;
  door: Door;
  grants: Grants;
  /** What `/engine/stats` says. */
  stats(): object;
};

const SOCKET_PATHS: ReadonlySet<string> = new Set(["/v1/listen", "/v2/listen"]);
const NO_PARAMETERS: ReadonlySet<string> = new Set();

/** The engine's HTTP routes. */
export function createRouter(options: RouterOptions): (exchange: Exchange) => Promise<void> {
  const { ears, synthesise, door, grants, stats } = options;
  const batch = createBatchHandler(ears);
  const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
    [
      "/v1/listen",
      {
        parameters: BATCH_PARAMETERS,
        refuseStranger: door.refuse,
        answer: ({ request, response, requestId, refuse }, query) =>
          batch(request, response, query, { requestId, date: () => new Date(), refuse }),
      },
    ],
    [
      "/v1/speak",
      {
        parameters: SPEAK_PARAMETERS,
        refuseStranger: door.refuse,
        answer: ({ request, response, refuse }, query) =>
          handleSpeak(request, response, query, { synthesise, refuse }),
      },
    ],
    [
      "/v1/auth/grant",
      {
        parameters: NO_PARAMETERS,
        refuseStranger: door.refuseGrant,
        answer: ({ request, response, refuse }) => handleGrant(request, response, { grants, refuse }),
      },
    ],
  ]);

  return async (exchange) => {
    const { request, response, refuse } = exchange;
    const url = urlOf(request);
    if (url.pathname === "/healthz") return sendJson(response, { ok: true });
    if (url.pathname === "/engine/stats") return sendJson(response, stats());
    if (request.method === "GET" && SOCKET_PATHS.has(url.pathname)) return refuse(upgradeRequired());
    const route = routes.get(url.pathname);
    if (route === undefined) return refuse(notFound());
    if (request.method !== "POST") return refuse(methodNotAllowed());
    const query = readQuery(url.searchParams);
    const error =
      refuseUnknown(query, route.parameters) ??
      (await route.refuseStranger(readCredential(request.headers.authorization, [])));
    return error === null ? route.answer(exchange, query) : refuse(error);
  };
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}
