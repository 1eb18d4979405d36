import type { Context } from "hono";

/** Nothing is told before the reader comes in person. */
export function notYet(): Response {
  return new Response(null, { status: 204, headers: { "cache-control": "private, no-store" } });
}

/** Mail programs and browsers look at links before their readers do: these must not spend a ticket. */
export function isOnlyLooking(c: Context): boolean {
  const purpose = c.req.header("sec-purpose") ?? c.req.header("purpose") ?? c.req.header("x-moz") ?? "";
  return c.req.raw.method === "HEAD" || purpose.includes("prefetch");
}
