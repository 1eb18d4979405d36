import type { Context, MiddlewareHandler } from "hono";
import { allowsOrigin } from "../../party/tenant/settings.ts";
import type { Config } from "../env.ts";
import { speechHeaders } from "../speak/headers.ts";
import type { App } from "./app.ts";
import { mayRead } from "./origin.ts";

/** What a page may read of an answer, besides what every page may. */
const exposed = [
  ...speechHeaders,
  "x-request-id",
  "dg-error",
  "x-captionwire-cache",
  "content-disposition",
  "etag",
  "retry-after",
].join(", ");

/**
 * Lets pages of other origins read what they may (the Fetch standard's CORS protocol). The interface takes no cookie, so no
 * credentials are allowed, and a page needs a token as anybody does.
 *
 * A preflight carries no token and so names no tenant: it is allowed to the pages of any. The answer itself is readable to
 * those of the token's tenant alone.
 */
export const cors: MiddlewareHandler<App> = async (c, next) => {
  await next();
  // The answer to an upgrade is the socket's own.
  if (c.res.status === 101) return;
  c.res.headers.append("vary", "origin");
  const origin = c.req.header("origin");
  if (origin === undefined || !isReadable(c, origin)) return;
  c.res.headers.set("access-control-allow-origin", origin);
  c.res.headers.set("access-control-expose-headers", exposed);
};

/** Answers a browser that asks what it may ask; anything else is no request of the interface. */
export const preflight: MiddlewareHandler<App> = async (c, next) => {
  const method = c.req.header("access-control-request-method");
  if (c.req.header("origin") === undefined || method === undefined) return next();
  const headers = new Headers({
    vary: "access-control-request-method, access-control-request-headers",
    "access-control-allow-methods": method,
    "access-control-allow-headers": c.req.header("access-control-request-headers") ?? "",
    "access-control-max-age": "7200",
  });
  // Only with an origin that is allowed do they say anything.
  return new Response(null, { status: 204, headers });
};

/** Refusals to whoever has not shown a good token are readable to the pages of any tenant: they name none. */
function isReadable(c: Context<App>, origin: string): boolean {
  const { tenant } = c.var;
  return tenant === undefined ? isAnyones(c, origin) : mayRead(c, tenant, origin);
}

function isAnyones(c: Context<App>, origin: string): boolean {
  // None where the Worker has no settings.
  const config: Config | undefined = c.var.config;
  return [...(config?.tenants.values() ?? [])].some((settings) => allowsOrigin(settings, origin));
}
