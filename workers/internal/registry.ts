import { type Context, Hono } from "hono";
import * as v from "valibot";
import { AdmitSchema, type RegistryPath, registryPaths } from "../../party/bridge/http-registry.ts";
import { checkVoucher, voucherHeader } from "../../party/bridge/voucher.ts";
import { registryOf } from "../../party/tenant/registry.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import { limits } from "../../shared/limits.ts";
import type { App } from "../http/app.ts";
import { bodyUpTo, readJson } from "../http/body.ts";

/**
 * `POST /internal/registry/{tenant}/{room}/{admit|standing|forget}`: a tenant's list of rooms, for rooms that run elsewhere
 * (`ROOMS_URL`). There is nothing here for anybody else.
 */
export const registry = new Hono<App>();

const smallBody = bodyUpTo(limits.tokenRequestMaxBytes);

registry.post("/internal/registry/:tenant/:room/:operation", smallBody, async (c) => {
  const path = `/${c.req.param("operation")}`;
  const name = `${c.req.param("tenant")}/${c.req.param("room")}`;
  if (!v.is(v.picklist(registryPaths), path)) throw new CaptionwireError("not_found");
  await requireRoomItself(c, name, path);
  const list = registryOf(c.env, name);
  switch (path) {
    case "/admit": {
      const { isNew } = await readJson(c, AdmitSchema, '{"isNew":true}');
      return c.json(await list.admit(isNew));
    }
    case "/standing":
      return c.json(await list.standing());
    case "/forget":
      await list.forget();
      return c.body(null, 204);
    default:
      return path satisfies never;
  }
});

/** Throws `not_found` unless there are rooms elsewhere and this is the one that is named. */
async function requireRoomItself(c: Context<App>, name: string, path: RegistryPath): Promise<void> {
  const { rooms, signingKeys } = c.var.config;
  if (rooms === "elsewhere") {
    const errand = { audience: "captionwire registry", name, method: "POST", path } as const;
    const bearer = await checkVoucher(c.req.header(voucherHeader) ?? null, errand, signingKeys).catch(
      () => null,
    );
    if (bearer?.kind === "house") return;
  }
  throw new CaptionwireError("not_found");
}
