import { type Context, Hono } from "hono";
import * as v from "valibot";
import { roomPaths } from "../../party/paths.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { RoomDescriptionSchema } from "../../shared/protocol.ts";
import { type RoomSettings, RoomSettingsSchema, recognitionProblem } from "../../shared/settings.ts";
import type { App } from "../app.ts";
import { openRoom, smallBody } from "./object.ts";
import type { Visitor } from "./visitor.ts";

/** `/v1/rooms/{room}`: settings in, state out, and the purge. */
export const resource = new Hono<App>();

resource.put("/v1/rooms/:room", smallBody, async (c) => {
  const { room, visitor, ask } = await openRoom(c, "rooms:admin");
  const settings = readSettings(await c.req.json().catch(() => undefined));
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

function readSettings(body: unknown): RoomSettings {
  // valibot takes an array for an object without keys, which here would clear every setting.
  const settings = v.safeParse(RoomSettingsSchema, Array.isArray(body) ? undefined : body);
  if (!settings.success) {
    const path = v.getDotPath(settings.issues[0]);
    throw new CaptionwireError(
      "bad_request",
      path === null ? 'Send JSON such as {"language":"en"}.' : `"${path}" is not valid.`,
    );
  }
  const problem = recognitionProblem(settings.output, null);
  if (problem !== null) throw new CaptionwireError("bad_request", problem);
  return settings.output;
}

/** Settings go to the room's administrators alone: key terms may be names that are nobody else's business. */
async function describe(
  c: Context<App>,
  room: string,
  visitor: Visitor,
  answer: Response,
): Promise<Response> {
  const { settings, ...state } = v.parse(RoomDescriptionSchema, await answer.json());
  c.header("cache-control", "no-store");
  return c.json({ room, ...(visitor.scopes.includes("rooms:admin") ? { settings } : {}), ...state });
}
