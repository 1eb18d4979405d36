// Socket.IO with connection state recovery, the messages handed on as objects.
import type { Server as HttpServer } from "node:http";
import * as v from "valibot";
import { announce, controlServer, readSettings } from "../load/control.ts";
import { importPeer } from "./import-peer.ts";
import { relay } from "./relay.ts";

type SocketIo = { emit(event: string, message: unknown): void };
type Options = { transports: string[]; connectionStateRecovery: { maxDisconnectionDuration: number } };
type SocketIoServer = new (server: HttpServer, options: Options) => SocketIo;

const PeerSchema = v.object({ Server: v.custom<SocketIoServer>((value) => typeof value === "function") });

await readSettings(v.object({}));
const { Server } = v.parse(PeerSchema, importPeer("socket.io"));
const server = controlServer(relay((text) => io.emit("caption", JSON.parse(text))));
const io = new Server(server, {
  transports: ["websocket"],
  connectionStateRecovery: { maxDisconnectionDuration: 120_000 },
});
await announce(server);
