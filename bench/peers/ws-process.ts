// `ws`, as its README broadcasts.
import * as v from "valibot";
import { WebSocket, WebSocketServer } from "ws";
import { announce, controlServer, readSettings } from "../load/control.ts";
import { relay } from "./relay.ts";

await readSettings(v.object({}));
const server = controlServer(
  relay((text) => {
    for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(text);
  }),
);
const sockets = new WebSocketServer({ server, path: "/captions", perMessageDeflate: false });
await announce(server);
