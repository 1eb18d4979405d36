import type { MiddlewareHandler } from "hono";

const headersOfApi = {
  "x-content-type-options": "nosniff",
  // Opened in a browser by its address, an answer is nothing but data.
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "referrer-policy": "no-referrer",
} as const;

/**
 * What every answer that is no page tells a browser: take it for what its type says, and run nothing of it; and the id of the
 * request. What a route has set stays. Errors are covered too, as long as another middleware is mounted behind this one.
 */
export const apiHeaders: MiddlewareHandler = async (c, next) => {
  await next();
  // A socket has no use for headers, and would be lost with a copy of its answer.
  if (c.res.status === 101) return;
  const { headers } = c.res;
  for (const [name, value] of Object.entries(headersOfApi)) {
    if (!headers.has(name)) headers.set(name, value);
  }
  // Answers that were not made by the context have not got it.
  const { requestId } = c.var;
  if (requestId !== undefined && !headers.has("x-request-id")) headers.set("x-request-id", requestId);
};
