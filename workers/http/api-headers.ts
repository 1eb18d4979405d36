import type { MiddlewareHandler } from "hono";

const headersOfApi = {
  "x-content-type-options": "nosniff",
  // Opened in a browser by its address, an answer is nothing but data.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "referrer-policy": "no-referrer",
} as const;

/**
 * What every answer that is no page tells a browser: take it for what its type says, and run nothing of it. What a route
 * has set stays. Errors are covered too, as long as another middleware is mounted behind this one.
 */
export const apiHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  // A socket has no use for headers, and would be lost with a copy of its answer.
  if (c.res.status === 101) return;
  const missing = Object.entries(headersOfApi).filter(([name]) => !c.res.headers.has(name));
  if (missing.length === 0) return;
  // An answer that was passed on from elsewhere cannot be written to.
  const response = new Response(c.res.body, c.res);
  for (const [name, value] of missing) response.headers.set(name, value);
  c.res = undefined;
  c.res = response;
};
