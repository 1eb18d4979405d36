import { Hono } from "hono";
import { roomPaths } from "../../party/paths.ts";
import { positionIn, putPosition, readPosition } from "../../shared/position.ts";
import type { App } from "../http/app.ts";
import { openRoom } from "./object.ts";
import { streamed } from "./streamed.ts";

/** `GET /v1/rooms/{room}/events`: the viewer's frames as server-sent events; see `party/host/events.ts`. */
export const events = new Hono<App>();

events.get("/v1/rooms/:room/events", async (c) => {
  const room = await openRoom(c, "captions:view");
  // A reader that comes back by itself asks for the same address, but says in the header how far it came since.
  const position =
    readPosition(c.req.header("last-event-id") ?? null) ?? positionIn(new URL(c.req.url).searchParams);
  const query = new URLSearchParams();
  putPosition(query, position);
  return streamed(c, room, `${roomPaths.events}?${query}`);
});
