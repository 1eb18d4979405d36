import { once } from "node:events";
import * as v from "valibot";
import WebSocket from "ws";

/** A socket to the engine and everything that came over it. */
export type EngineSocket<Message> = {
  readonly socket: WebSocket;
  readonly messages: Message[];
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly requestId: string;
};

/** Opens a stream; each message must fit `schema`. Without subprotocols any key is sent as a header. */
export async function openEngineSocket<const Schema extends v.GenericSchema>(
  address: string,
  schema: Schema,
  protocols?: string[],
): Promise<EngineSocket<v.InferOutput<Schema>>> {
  const socket =
    protocols === undefined
      ? new WebSocket(address, { headers: { authorization: "Token any" } })
      : new WebSocket(address, protocols);
  const messages: v.InferOutput<Schema>[] = [];
  socket.on("message", (data) => messages.push(v.parse(schema, JSON.parse(String(data)))));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
  return { socket, messages, closed, requestId: String(response.headers["dg-request-id"]) };
}
