import { Hono } from "hono";
import type { App } from "../app.ts";
import { resource } from "./resource.ts";
import { socket } from "./socket.ts";

/** Caption rooms: the socket of their members, and what is set and told of a room by HTTP. */
export const rooms = new Hono<App>();

rooms.route("/", socket);
rooms.route("/", resource);
