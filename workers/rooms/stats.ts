import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import * as v from "valibot";
import { roomPaths } from "../../party/paths.ts";
import type { Scope } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { RoomStatsSchema } from "../../shared/stats.ts";
import type { StatsAnswer } from "../../shared/stats-answer.ts";
import type { App } from "../http/app.ts";
import { openRoom } from "./object.ts";
import { prometheusType } from "./prometheus/page.ts";
import { toPrometheus } from "./prometheus/room.ts";
import { streamed } from "./streamed.ts";

/** What a room measures of itself, for those who run it. */
export const stats = new Hono<App>();

/** One of them lets its bearer see how well captions work; to read them takes another. */
export const observerScopes: readonly Scope[] = [
  "rooms:stats",
  "rooms:admin",
  "captions:publish",
  "captions:edit",
];

stats.get("/v1/rooms/:room/stats", async (c) => {
  const { room, visitor, ask } = await openRoom(c, observerScopes);
  const format = formatOf(c);
  const answer = await ask(roomPaths.stats);
  const measured = v.parse(RoomStatsSchema, await answer.json());
  c.header("cache-control", "no-store");
  c.header("vary", "accept");
  if (format === "json") return c.json<StatsAnswer>({ room, ...measured });
  return c.body(toPrometheus(measured, { tenant: visitor.tenant, room }), 200, {
    "content-type": prometheusType,
  });
});

stats.get("/v1/rooms/:room/stats/events", async (c) =>
  streamed(c, await openRoom(c, observerScopes), roomPaths.statsEvents),
);

export const statsFormats = ["json", "prometheus"] as const;

/** As the address says, or else the header. Prometheus itself asks for `text/plain`, among others. */
function formatOf(c: Context<App>): (typeof statsFormats)[number] {
  const asked = c.req.query("format");
  if (asked !== undefined) {
    if (v.is(v.picklist(statsFormats), asked)) return asked;
    throw new CaptionwireError("bad_request", `format is ${statsFormats.join(" or ")}.`);
  }
  const [json, text] = ["application/json", "text/plain"] as const;
  return accepts(c, { header: "Accept", supports: [json, text], default: json }) === text
    ? "prometheus"
    : "json";
}
