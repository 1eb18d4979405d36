import { Hono } from "hono";
import { roomPaths } from "../../party/paths.ts";
import { positionIn, putPosition, readPosition } from "../../shared/position.ts";
import type { App } from "../app.ts";
import { openRoom } from "./object.ts";

/** `GET /v1/rooms/{room}/events`: the viewer's frames as server-sent events; see `party/events.ts`. */
export const events = new Hono<App>();

events.get("/v1/rooms/:room/events", async (c) => {
  const { ask } = await openRoom(c, "captions:view");
  const headers = {
    "content-type": "text/event-stream",
    // Whatever stands between, an event is passed on when it comes, as it is.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  };
  // Nobody would read the stream, nor end it.
  if (c.req.raw.method === "HEAD") {
    await ask(roomPaths.state);
    return c.body(null, 200, headers);
  }
  // A reader that comes back by itself asks for the same address, but says in the header how far it came since.
  const position =
    readPosition(c.req.header("last-event-id") ?? null) ?? positionIn(new URL(c.req.url).searchParams);
  const query = new URLSearchParams();
  putPosition(query, position);
  const { body } = await ask(`${roomPaths.events}?${query}`);
  return new Response(body, { headers });
});
