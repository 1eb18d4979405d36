import { type Context, Hono } from "hono";
import * as v from "valibot";
import { type Grant, RoomNameSchema } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { RoomList } from "../../shared/rooms.ts";
import type { App } from "../http/app.ts";
import { authorizationSecret, countUse, requireGrant } from "../tokens/credentials.ts";
import { requireStanding } from "../tokens/standing.ts";
import { readLimit } from "./limit.ts";

/**
 * `GET /v1/rooms`: the tenant's rooms by name, sorted, those that the token is for. `?limit=` at a time; `next` is the
 * `?after=` of what follows, `null` at the end.
 */
export const list = new Hono<App>();

list.get("/v1/rooms", async (c) => {
  const grant = await requireGrant(c, authorizationSecret(c.req.raw.headers), { scope: "rooms:admin" });
  const prefix = prefixOf(grant);
  await countUse(c, grant);
  const { after, limit } = asked(c);
  await requireStanding(c.env, grant);
  const names = await c.env.TENANT.getByName(grant.tenant).roomNames(prefix, after, limit + 1);
  const shown = names.slice(0, limit);
  const next = names.length > limit ? (shown.at(-1) ?? null) : null;
  const listed: RoomList = { rooms: shown.map((room) => ({ room })), next };
  return c.json(listed, 200, { "cache-control": "no-store" });
});

/** Throws `room_forbidden` for a token of one room. */
function prefixOf({ room = "*" }: Grant): string {
  if (room.endsWith("*")) return room.slice(0, -1);
  throw new CaptionwireError(
    "room_forbidden",
    "The token is for one room. Rooms are listed for one without.",
  );
}

function asked(c: Context<App>): { after: string; limit: number } {
  const after = c.req.query("after") ?? "";
  if (after !== "" && !v.is(RoomNameSchema, after)) throw new CaptionwireError("room_name_invalid");
  const limit = readLimit(c.req.query("limit") ?? String(limits.roomsListedMax), limits.roomsListedMax);
  return { after, limit };
}
