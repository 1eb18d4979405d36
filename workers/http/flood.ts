import type { MiddlewareHandler } from "hono";
import { CaptionwireError } from "../../shared/errors.ts";
import { addressKey } from "./address.ts";
import type { App } from "./app.ts";

/**
 * Keeps one address from taking what is there for all. First of all that is done for a request, and cheap: nothing was read
 * of it yet. Throws `rate_limited`, by plain HTTP for a WebSocket too.
 */
export const flood: MiddlewareHandler<App> = async (c, next) => {
  // Set by Cloudflare, over whatever a client says.
  const address = c.req.header("cf-connecting-ip");
  if (address !== undefined) {
    const { success } = await c.env.FLOOD_RATE.limit({ key: addressKey(address) });
    if (!success) throw new CaptionwireError("rate_limited", "Too many requests from one address.");
  }
  await next();
};
