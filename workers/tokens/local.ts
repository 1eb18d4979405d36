import type { Context } from "hono";
import type { App } from "../http/app.ts";

/**
 * Whether a page of this laptop asks. Never unless `LOCAL_PAGES` says so; the host must be loopback (so no name can be
 * rebound to it), and the browser must say that the request comes from one of these sites: what a page of somebody else's
 * sends does not count, nor does a browser that does not say.
 */
export function isLocalPage(c: Context<App>, sites: readonly ("same-origin" | "none")[]): boolean {
  // The Host header as well as the address: a local runtime may take the latter from another header.
  const hosts = [new URL(c.req.url).host, c.req.header("host") ?? ""];
  const site = c.req.header("sec-fetch-site");
  return c.var.config.localPages && hosts.every(isLoopback) && sites.some((allowed) => allowed === site);
}

export function localTenant(c: Context<App>): string {
  return c.var.config.apiKeys[0]?.tenant ?? "local";
}

function isLoopback(host: string): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/.test(host);
}
