import { Hono } from "hono";
import * as v from "valibot";
import type { Target } from "../../party/tenant/revocations.ts";
import { RoomNameSchema } from "../../shared/claims.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo, readJson } from "../http/body.ts";
import { requireApiKey } from "./credentials.ts";
import { forgetStanding } from "./standing.ts";

/**
 * `POST /v1/revocations`, with an API key: `{"all":true}`, `{"room":"demo"}` or `{"token":"<id>"}`. What was issued until
 * then is refused, and every socket that was opened with it is closed with `token_revoked`. Answers when that is so, with
 * the number of rooms told; `pending` counts those that could not be told yet.
 */
export const revocations = new Hono<App>();

const TargetSchema = v.union([
  v.pipe(
    v.strictObject({ all: v.literal(true) }),
    v.transform((): Target => ({ kind: "tenant" })),
  ),
  v.pipe(
    v.strictObject({ room: RoomNameSchema }),
    v.transform(({ room }): Target => ({ kind: "room", room })),
  ),
  v.pipe(
    v.strictObject({ token: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/)) }),
    v.transform(({ token }): Target => ({ kind: "token", id: token })),
  ),
]);

revocations.post("/v1/revocations", bodyUpTo(limits.tokenRequestMaxBytes), async (c) => {
  const { tenant } = await requireApiKey(c);
  const target = await readJson(c, TargetSchema, '{"all":true}, {"room":"demo"} or {"token":"id"}');
  const revoked = await c.env.TENANT.getByName(tenant).revoke(target);
  forgetStanding(tenant);
  if (revoked === null) {
    throw new CaptionwireError(
      "rate_limited",
      "Too many single tokens are revoked already. Revoke a room, or all.",
    );
  }
  return c.json(revoked, revoked.pending === 0 ? 200 : 202, { "cache-control": "no-store" });
});
