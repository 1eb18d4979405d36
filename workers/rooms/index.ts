import { Hono } from "hono";
import type { App } from "../http/app.ts";
import { captions } from "./captions.ts";
import { events } from "./events.ts";
import { list } from "./list.ts";
import { reports } from "./reports/index.ts";
import { resource } from "./resource.ts";
import { socket } from "./socket.ts";
import { stats } from "./stats.ts";

/** Caption rooms: the socket of their members, and what is set, told and corrected of a room by HTTP. */
export const rooms = new Hono<App>();

rooms.route("/", socket);
rooms.route("/", list);
rooms.route("/", resource);
rooms.route("/", captions);
rooms.route("/", events);
rooms.route("/", stats);
rooms.route("/", reports);
