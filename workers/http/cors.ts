import type { Context, MiddlewareHandler } from "hono";
import { allowsOrigin } from "../../party/tenant/settings.ts";
import type { App } from "../app.ts";
import { speechHeaders } from "../speak/headers.ts";
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
 * Lets pages of other origins read what they may (the Fetch standard's CORS protocol). No cookie is involved anywhere, so no
 * credentials are allowed, and a page needs a token as anybody does.
 *
 * A preflight carries no token and so names no tenant: it is allowed to the pages of any. The answer itself is readable to
 * those of the token's tenant alone.
 */
export const cors: MiddlewareHandler<App> = async (c, next) => {
  const origin = c.req.header("origin");
  const wanted = c.req.header("access-control-request-method");
  if (c.req.method === "OPTIONS" && origin !== undefined && wanted !== undefined) {
    c.res = preflight(c, origin, wanted);
    return;
  }
  await next();
  // The answer to an upgrade is the socket's own.
  if (c.res.status === 101) return;
  c.res.headers.append("vary", "origin");
  if (origin === undefined || !isReadable(c, origin)) return;
  c.res.headers.set("access-control-allow-origin", origin);
  c.res.headers.set("access-control-expose-headers", exposed);
};

function preflight(c: Context<App>, origin: string, method: string): Response {
  const headers = new Headers({
    vary: "origin, access-control-request-method, access-control-request-headers",
  });
  if (isAnyones(c, origin)) {
    headers.set("access-control-allow-origin", origin);
    headers.set("access-control-allow-methods", method);
    headers.set("access-control-allow-headers", c.req.header("access-control-request-headers") ?? "");
    headers.set("access-control-max-age", "7200");
  }
  return new Response(null, { status: 204, headers });
}

/** Refusals to whoever has not shown a good token are readable to the pages of any tenant: they name none. */
function isReadable(c: Context<App>, origin: string): boolean {
  const { tenant } = c.var;
  return tenant === undefined ? isAnyones(c, origin) : mayRead(c, tenant, origin);
}

function isAnyones(c: Context<App>, origin: string): boolean {
  return [...c.var.config.tenants.values()].some((settings) => allowsOrigin(settings, origin));
}
