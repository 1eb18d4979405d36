import type { Context } from "hono";
import { roomPaths } from "../../party/paths.ts";
import type { App } from "../http/app.ts";
import type { AskableRoom } from "./object.ts";

/** A room's stream of server-sent events at `path`, passed on. */
export async function streamed(c: Context<App>, { ask }: AskableRoom, path: string): Promise<Response> {
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
  const { body } = await ask(path);
  return new Response(body, { headers });
}
