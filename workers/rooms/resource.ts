import { type Context, Hono } from "hono";
import * as v from "valibot";
import { roomPaths } from "../../party/paths.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { RoomDescriptionSchema } from "../../shared/protocol.ts";
import type { RoomAnswer } from "../../shared/rooms.ts";
import { RoomSettingsSchema, recognitionProblem } from "../../shared/settings.ts";
import type { App } from "../http/app.ts";
import { readJson } from "../http/body.ts";
import { openRoom, smallBody } from "./object.ts";
import type { Visitor } from "./visitor.ts";

/** `/v1/rooms/{room}`: settings in, state out, and the purge. */
export const resource = new Hono<App>();

resource.put("/v1/rooms/:room", smallBody, async (c) => {
  const { room, visitor, ask } = await openRoom(c, "rooms:admin");
  const settings = await readJson(c, RoomSettingsSchema, '{"language":"en"}');
  const problem = recognitionProblem(settings, null);
  if (problem !== null) throw new CaptionwireError("bad_request", problem);
  const answer = await ask(roomPaths.settings, { method: "PUT", body: JSON.stringify(settings) });
  return describe(c, room, visitor, answer);
});

resource.get("/v1/rooms/:room", async (c) => {
  const { room, visitor, ask } = await openRoom(c, ["rooms:admin", "captions:view"]);
  return describe(c, room, visitor, await ask(roomPaths.state));
});

resource.delete("/v1/rooms/:room", async (c) => {
  const { ask } = await openRoom(c, "rooms:admin");
  await ask(roomPaths.purge, { method: "POST" });
  return c.body(null, 204);
});

/** Settings go to the room's administrators alone: key terms may be names that are nobody else's business. */
async function describe(
  c: Context<App>,
  room: string,
  visitor: Visitor,
  answer: Response,
): Promise<Response> {
  const { settings, ...state } = v.parse(RoomDescriptionSchema, await answer.json());
  c.header("cache-control", "no-store");
  const isAdmin = visitor.scopes.includes("rooms:admin");
  return c.json<RoomAnswer>({ room, ...(isAdmin ? { settings } : {}), ...state });
}
