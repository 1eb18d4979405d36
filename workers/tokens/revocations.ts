import { Hono } from "hono";
import type { Target } from "../../party/tenant/revocations.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import { type Revocation, RevocationSchema, type Revoked } from "../../shared/revocation.ts";
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

revocations.post("/v1/revocations", bodyUpTo(limits.tokenRequestMaxBytes), async (c) => {
  const { tenant } = await requireApiKey(c);
  const asked = await readJson(c, RevocationSchema, '{"all":true}, {"room":"demo"} or {"token":"id"}');
  const revoked = await c.env.TENANT.getByName(tenant).revoke(targetOf(asked));
  forgetStanding(tenant);
  if (revoked === null) {
    throw new CaptionwireError(
      "rate_limited",
      "Too many single tokens are revoked already. Revoke a room, or all.",
    );
  }
  return c.json<Revoked>(revoked, revoked.pending === 0 ? 200 : 202, { "cache-control": "no-store" });
});

function targetOf(asked: Revocation): Target {
  if ("all" in asked) return { kind: "tenant" };
  if ("room" in asked) return { kind: "room", room: asked.room };
  return { kind: "token", id: asked.token };
}
