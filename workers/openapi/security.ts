import { bearerSubprotocolPrefix, subprotocol } from "../../shared/protocol.ts";
import type { Access } from "./operation.ts";

export const securitySchemes = {
  apiKey: {
    type: "http",
    scheme: "bearer",
    description:
      "The API key of a tenant (`npm run keys -- create`). For servers alone. `Authorization: Token KEY` is taken, too.",
  },
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A token made by `POST /v1/tokens`, with the scope that the operation names (one of them, where several are named). `Authorization: Token …` is taken, too.",
  },
  ticket: {
    type: "apiKey",
    in: "query",
    name: "ticket",
    description: "A single-use token in the address, for what cannot send headers.",
  },
  subprotocol: {
    type: "apiKey",
    in: "header",
    name: "sec-websocket-protocol",
    description: `A token among the subprotocols, because browsers set no headers on a WebSocket: \`${subprotocol}, ${bearerSubprotocolPrefix}<token>\`.`,
  },
} as const;

type Requirement = Readonly<Record<string, readonly string[]>>;

/** One of these is enough; an empty one: nothing is needed. Scopes are told as roles (OpenAPI 3.1, Security Requirement Object). */
export function securityOf(access: Access): readonly Requirement[] {
  switch (access.kind) {
    case "anybody":
      return [];
    case "apiKey":
      return [{ apiKey: [] }];
    case "token": {
      const schemes = ["token", ...(access.also ?? [])];
      const shown = schemes.flatMap((scheme) => access.scopes.map((scope) => ({ [scheme]: [scope] })));
      return access.publicRooms === true ? [...shown, {}] : shown;
    }
    default:
      return access satisfies never;
  }
}
