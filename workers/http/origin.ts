import type { Context } from "hono";
import { allowsOrigin, settingsOf } from "../../party/tenant/settings.ts";
import { CaptionwireError } from "../../shared/errors.ts";
import type { App } from "./app.ts";

/** Longer ones are no origin of a browser's, and would be kept with each connection. */
const originMaxCharacters = 256;

/** The Worker's own, as this client has addressed it. */
export function ownOrigin(c: Context<App>): string {
  return new URL(c.req.url).origin;
}

/** Of the page that asks; `null` when it is no page of a browser's. */
export function pageOrigin(c: Context<App>): string | null {
  const said = c.req.header("origin");
  if (said !== undefined) return said;
  // Browsers leave the header out when a page reads from where it came from, and say so in another.
  return c.req.header("sec-fetch-site") === "same-origin" ? ownOrigin(c) : null;
}

export function mayRead(c: Context<App>, tenant: string, origin: string): boolean {
  return origin === ownOrigin(c) || allowsOrigin(settingsOf(c.var.config.tenants, tenant), origin);
}

/**
 * Throws `origin_forbidden` for pages that the tenant does not know. WebSockets are not held back by browsers as other
 * requests are, so what asks is looked at before anything is done (RFC 6455 §10.2).
 */
export function requireKnownOrigin(c: Context<App>, tenant: string): void {
  const origin = c.req.header("origin");
  const isOne = origin === undefined || origin.length <= originMaxCharacters;
  if (isOne && (origin === undefined || mayRead(c, tenant, origin))) return;
  throw new CaptionwireError(
    "origin_forbidden",
    `Pages of ${shown(origin)} may not use this. The list of origins is the tenant's, in TENANTS.`,
  );
}

function shown(origin: string): string {
  return /^[\x21-\x7e]{1,100}$/.test(origin) ? origin : "this origin";
}
